"""FEMNIST by its writers, in LEAF's form and in TensorFlow Federated's: made-up files."""

import importlib.util
import json
import subprocess
import sys

import numpy as np
import pytest

from edgecase.base.errors import DataError
from edgecase.datasets import DATASETS, femnist_leaf, femnist_tff
from edgecase.datasets.raw import RawFiles

WITH_H5PY = pytest.mark.skipif(not importlib.util.find_spec("h5py"), reason="needs h5py")


def page(*ink):
    """An image whose background is 1.0 and whose pixels at (row, column) are dark."""
    image = np.ones((28, 28))
    for row, column in ink:
        image[row, column] = 0.0
    return image


A, B, C, D = page((5, 3)), page((7, 9), (7, 10)), page((20, 4)), page((14, 14))


def leaf_file(**users):
    data = {
        name: {"x": [image.reshape(-1).tolist() for image in images], "y": list(characters)}
        for name, (images, characters) in users.items()
    }
    return json.dumps({"users": list(users), "num_samples": [99] * len(users), "user_data": data})


def leaf_folder(tmp_path, train, test):
    for split, files in (("train", train), ("test", test)):
        (tmp_path / split).mkdir()
        for number, text in enumerate(files):
            (tmp_path / split / f"all_data_{number}_niid_05.json").write_text(text)
    return RawFiles(tmp_path, {})


def usual(tmp_path):
    """Two files; f2 has its first image twice, f1 one half of a pair in either part."""
    train = [leaf_file(f2=([B, B, C], [4, 4, 40])), leaf_file(f1=([A], [7]), f3=([D], [61]))]
    return leaf_folder(tmp_path, train, [leaf_file(f1=([A, C], [7, 3]), f2=([D], [1]))])


def test_leaf(tmp_path):
    arrays = femnist_leaf.read(usual(tmp_path))
    assert arrays["owner_train"].tolist() == [0, 1, 1, 2]
    assert arrays["y_train"].tolist() == [7, 4, 40, 61]
    assert arrays["y_test"].tolist() == [3, 1]
    assert arrays["x_train"].dtype == np.uint8
    assert arrays["x_train"].shape == (4, 28, 28, 1)
    assert np.argwhere(arrays["x_train"][1, :, :, 0]).tolist() == [[7, 9], [7, 10]]  # upright
    assert set(np.unique(arrays["x_train"])) == {0, 255}


def test_the_digits_of_leaf_leave_out_writers_without_any(tmp_path):
    arrays = femnist_leaf.read_digits(usual(tmp_path))
    assert arrays["y_train"].tolist() == [7, 4]
    assert arrays["owner_train"].tolist() == [0, 1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", r"0_niid_05\.json: is not as LEAF writes it"),
        ('{"user_data": {"a": {"x": [[1, 2]]}}}', "is not as LEAF writes it.*KeyError: 'y'"),
        (
            '{"user_data": {"a": {"x": [[1, 2]], "y": [3]}}}',
            r"user a: pixels have the shape \[1, 2",
        ),
        (leaf_file(a=([A], [62])), "user a: a character is none of 0 to 61"),
        (leaf_file(a=([A * 255], [1])), "user a: a pixel is not between 0 and 1"),
        (leaf_file(a=([1 - A], [1])), "borders have 100% of ink; expected a background of 1.0"),
        (leaf_file(f1=([], [])), "training or test has no image"),
    ],
)
def test_a_bad_file_is_named(tmp_path, text, message):
    with pytest.raises(DataError, match=message):
        femnist_leaf.read(leaf_folder(tmp_path, [text], [leaf_file(f1=([A], [7]))]))


def test_a_writer_of_two_files_and_a_folder_without_any(tmp_path):
    twice = [leaf_file(a=([A], [1]))] * 2
    with pytest.raises(DataError, match=r"1_niid_05\.json: user a is in a file before it too"):
        femnist_leaf.read(leaf_folder(tmp_path, twice, []))
    with pytest.raises(DataError, match="holds no file"):
        femnist_leaf.read(RawFiles(tmp_path / "train", {}))


def tff_file(path, **writers):
    import h5py

    with h5py.File(path, "w") as file:
        for name, (images, labels) in writers.items():
            group = file.create_group(f"examples/{name}")
            group["pixels"] = np.array(images, dtype=np.float32)
            group["label"] = np.array(labels, dtype=np.int32)


@WITH_H5PY
def test_tff(tmp_path):
    for name in ("fed_emnist", "fed_emnist_digitsonly"):
        tff_file(tmp_path / f"{name}_train.h5", f0000_14=([A, B], [7, 9]), f0002_01=([C], [0]))
        tff_file(tmp_path / f"{name}_test.h5", f0000_14=([D], [5]), f0002_01=([A], [6]))
    arrays = femnist_tff.read(RawFiles(tmp_path, {}))
    assert arrays["owner_train"].tolist() == [0, 0, 1]
    assert arrays["y_train"].tolist() == [7, 9, 0]
    assert arrays["y_test"].tolist() == [5, 6]
    assert np.argwhere(arrays["x_train"][1, :, :, 0]).tolist() == [[7, 9], [7, 10]]
    digits = femnist_tff.read_digits(RawFiles(tmp_path, {}))
    assert all(np.array_equal(digits[name], arrays[name]) for name in arrays)


@WITH_H5PY
def test_a_bad_hdf5_file_is_named(tmp_path):
    (tmp_path / "fed_emnist_train.h5").write_text("text")
    with pytest.raises(DataError, match=r"fed_emnist_train\.h5: is not as TensorFlow Federated"):
        femnist_tff.read(RawFiles(tmp_path, {}))


def test_without_h5py_its_name_is_told(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(DataError, match="need the package h5py, which is not installed: pip"):
        femnist_tff.read(RawFiles(tmp_path, {}))


def test_a_writer_is_a_client(tmp_path):
    """From the prepared file through the command that divides it, with its classes counted."""
    prepared = tmp_path / "femnist.npz"
    np.savez(prepared, **femnist_leaf.read(usual(tmp_path)))
    out = tmp_path / "seed0.npz"
    command = [sys.executable, "workflow/scripts/partition.py", "--dataset", str(prepared)]
    command += ["--num-clients", "3", "--seed", "0", "--parameters", '{"kind": "natural"}']
    subprocess.run([*command, "--out", str(out)], check=True)
    with np.load(out) as found:
        assert found["offsets"].tolist() == [0, 1, 3, 4]
        assert found["index"].tolist() == [0, 1, 2, 3]
    lines = (tmp_path / "seed0.csv").read_text().splitlines()
    assert lines[0].count("class_") == 62
    assert DATASETS["femnist-leaf"].class_names[40] == "e"
