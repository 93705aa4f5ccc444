import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as npst
from tests.datasets.made_up import raw_files

from edgecase.datasets import DATASETS
from edgecase.datasets.idx import parse_idx


def to_idx(array):
    header = bytes([0, 0, 8, array.ndim])
    return header + b"".join(n.to_bytes(4, "big") for n in array.shape) + array.tobytes()


@given(npst.arrays(np.uint8, npst.array_shapes(min_dims=1, max_dims=4, max_side=6)))
def test_any_array_comes_back(array):
    np.testing.assert_array_equal(parse_idx(to_idx(array)), array)


def test_the_example_of_the_format_description():
    """Two images of 1 x 3 pixels, written out by hand."""
    content = bytes.fromhex("00000803 00000002 00000001 00000003 010203 0405ff")
    assert parse_idx(content).tolist() == [[[1, 2, 3]], [[4, 5, 255]]]


@pytest.mark.parametrize(
    ("name", "prefixes"),
    [("mnist", ("train", "t10k")), ("emnist", ("emnist-digits-train", "emnist-digits-test"))],
)
def test_images_keep_their_orientation_and_get_a_channel(name, prefixes, tmp_path):
    rng = np.random.default_rng(0)
    published, contents = {}, {}
    for split, prefix, count in zip(("train", "test"), prefixes, (5, 3), strict=True):
        x = rng.integers(0, 256, (count, 28, 28), np.uint8)
        y = rng.integers(0, 10, count, np.uint8)
        published |= {f"x_{split}": x[..., None], f"y_{split}": y}
        for kind, array in (("images-idx3", x), ("labels-idx1", y)):
            contents[f"{prefix}-{kind}-ubyte.gz"] = gzip.compress(to_idx(array))
    arrays = DATASETS[name].build(raw_files(tmp_path, contents))
    for array, values in published.items():
        np.testing.assert_array_equal(arrays[array], values)
    assert arrays["y_test"].dtype == np.int64
