import time

import numpy as np
import pytest

from edgecase.base.errors import DataError
from edgecase.datasets import load_npz
from edgecase.datasets.arrays import check_array, check_images, check_labels, save_npz

ARRAYS = {"x": np.arange(5000, dtype=np.uint8).reshape(50, 100), "y": np.arange(3)}


@pytest.fixture
def path(tmp_path):
    save_npz(tmp_path / "data.npz", ARRAYS)
    return tmp_path / "data.npz"


def test_arrays_come_back_in_the_order_asked_for(path):
    loaded = load_npz(path, ["y", "x"])
    assert list(loaded) == ["y", "x"]
    for name, array in loaded.items():
        np.testing.assert_array_equal(array, ARRAYS[name])
        assert array.dtype == ARRAYS[name].dtype


def test_equal_arrays_give_equal_bytes_at_any_time(path, tmp_path, monkeypatch):
    later = time.time() + 40_000_000
    monkeypatch.setattr(time, "time", lambda: later)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(later))
    save_npz(tmp_path / "again.npz", ARRAYS)
    assert (tmp_path / "again.npz").read_bytes() == path.read_bytes()


def test_a_missing_array_is_named(path):
    with pytest.raises(DataError, match=r"data\.npz: holds no array z, w; it holds x, y"):
        load_npz(path, ["x", "z", "w"])


@pytest.mark.parametrize("kept", [0, 0.5, 0.999])
def test_a_truncated_file_is_named(path, kept):
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(DataError, match=r"data\.npz: cannot be read"):
        load_npz(path, ["x"])


def test_a_file_that_is_not_there_or_no_npz_is_named(tmp_path):
    with pytest.raises(DataError, match=r"none\.npz"):
        load_npz(tmp_path / "none.npz", ["x"])
    (tmp_path / "t.npz").write_text("hello")
    with pytest.raises(DataError, match=r"t\.npz"):
        load_npz(tmp_path / "t.npz", ["x"])
    np.save(tmp_path / "bare.npy", np.zeros(3))
    with pytest.raises(DataError, match=r"bare\.npy"):
        load_npz(tmp_path / "bare.npy", ["x"])


def test_check_array_wants_type_shape_and_dtype():
    array = np.zeros((2, 3), np.uint8)
    assert check_array(array, "f", (2, 3), np.uint8) is array
    for wrong in (array.astype(np.int8), array[:1], [[0, 0, 0]] * 2):
        with pytest.raises(DataError, match=r"^f: "):
            check_array(wrong, "f", (2, 3), np.uint8)


def test_check_images_wants_images_and_as_many_labels():
    images, labels = np.zeros((2, 4, 4, 3), np.uint8), np.zeros(2, np.int64)
    check_images({"train": images, "test": images[:0]}, "f")
    check_images({"y_train": labels, "x_train": images}, "f")
    for wrong in (images[0], images.astype(float), np.zeros((), np.uint8)):
        with pytest.raises(DataError, match=r"^f: x_test: is .* expected uint8 \[n, height"):
            check_images({"x_train": images, "x_test": wrong}, "f")
    with pytest.raises(DataError, match="f: y_train: labels are"):
        check_images({"x_train": images, "y_train": labels[:1]}, "f")


def test_check_labels_wants_count_and_range():
    assert check_labels(np.array([0, 9], np.uint8), "f", 2).dtype == np.int64
    for wrong in ([0, 10], [-1, 0], [0.0, 1.0], [0]):
        with pytest.raises(DataError, match=r"^f: "):
            check_labels(np.array(wrong), "f", 2)
