import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from edgecase.base.errors import DataError
from edgecase.datasets.idx import parse_idx, read, read_gzipped, read_mnist


def to_idx(array):
    header = bytes([0, 0, 8, array.ndim])
    return header + b"".join(n.to_bytes(4, "big") for n in array.shape) + array.tobytes()


@given(npst.arrays(np.uint8, npst.array_shapes(min_dims=1, max_dims=4, max_side=6)))
def test_any_array_comes_back(array):
    np.testing.assert_array_equal(parse_idx(to_idx(array), "x"), array)


def test_the_example_of_the_format_description():
    """Two images of 1 x 3 pixels, written out by hand."""
    content = bytes.fromhex("00000803 00000002 00000001 00000003 010203 0405ff")
    assert parse_idx(content, "x").tolist() == [[[1, 2, 3]], [[4, 5, 255]]]


GOOD = to_idx(np.zeros((2, 3), np.uint8))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is no IDX file"),
        (GOOD[:3], "is no IDX file"),
        (b"\x1f\x8b" + GOOD[2:], "is no IDX file, it starts with 1f 8b"),
        (b"\0\0\x0d" + GOOD[3:], "element type 0x0d, expected 0x08"),
        (GOOD[:3] + b"\0", "header of 0 dimensions"),
        (GOOD[:11], "header of 2 dimensions is cut off"),
        (GOOD[:-1], r"17 bytes, expected 18 for shape \[2, 3\]"),
        (GOOD + b"\0", "19 bytes, expected 18"),
        (GOOD[:4] + b"\xff" * 8, "expected"),
    ],
)
def test_a_malformed_file_is_named(content, message):
    with pytest.raises(DataError, match=f"some/file: .*{message}"):
        parse_idx(content, "some/file")


@given(st.integers(0, len(GOOD) - 1))
def test_every_truncation_is_noticed(length):
    with pytest.raises(DataError):
        parse_idx(GOOD[:length], "x")


def test_a_damaged_gzip_is_named(tmp_path):
    path = tmp_path / "x.gz"
    path.write_bytes(gzip.compress(GOOD)[:-5])
    with pytest.raises(DataError, match=r"x\.gz: cannot be unpacked"):
        read_gzipped(path)
    with pytest.raises(DataError, match=r"y\.gz: cannot be unpacked"):
        read_gzipped(tmp_path / "y.gz")


@pytest.fixture
def raw(tmp_path):
    rng = np.random.default_rng(0)
    parts = {}
    for prefix, count in (("a", 5), ("b", 3)):
        images = rng.integers(0, 256, (count, 28, 28), np.uint8)
        labels = rng.integers(0, 10, count, np.uint8)
        parts[prefix] = images, labels
        for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
            path = tmp_path / f"{prefix}-{kind}-ubyte.gz"
            path.write_bytes(gzip.compress(to_idx(array)))
    return tmp_path, parts


def test_images_keep_their_orientation_and_get_a_channel(raw):
    folder, parts = raw
    arrays = read(folder, "a", "b", 5, 3)
    for split, prefix in (("train", "a"), ("test", "b")):
        images, labels = parts[prefix]
        np.testing.assert_array_equal(arrays[f"x_{split}"], images[:, :, :, None])
        np.testing.assert_array_equal(arrays[f"y_{split}"], labels)
        assert arrays[f"y_{split}"].dtype == np.int64


def test_another_count_or_label_is_refused(raw):
    folder, _ = raw
    with pytest.raises(DataError, match=r"a-images.*expected uint8 \[6, 28, 28\]"):
        read(folder, "a", "b", 6, 3)
    labels = to_idx(np.array([1, 2, 26], np.uint8))
    (folder / "b-labels-idx1-ubyte.gz").write_bytes(gzip.compress(labels))
    with pytest.raises(DataError, match=r"b-labels.*label 26 is outside 0 to 9"):
        read(folder, "a", "b", 5, 3)
    with pytest.raises(DataError, match="train-images-idx3-ubyte"):
        read_mnist(folder)
