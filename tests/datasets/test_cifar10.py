import pickle

import numpy as np
import pytest

from edgecase.base.errors import DataError
from edgecase.datasets import cifar10

ROWS = 3


@pytest.fixture
def raw(tmp_path):
    """Six batches of three images, pixel (row, column, channel) known from its value."""
    for number, name in enumerate([*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]):
        write(tmp_path / name, batch(number))
    return tmp_path


def batch(number, labels=(0, 9, 4)):
    planes = np.zeros((ROWS, 3, 32, 32), np.uint8)
    planes[:, 0] = number  # red
    planes[:, 1] = np.arange(32)[:, None]  # green: the row
    planes[:, 2] = np.arange(32)[None, :]  # blue: the column
    return {b"data": planes.reshape(ROWS, 3072), b"labels": list(labels), b"batch_label": b"x"}


def write(path, content):
    path.write_bytes(pickle.dumps(content, 2))


def test_batches_follow_each_other_and_planes_become_channels(raw):
    arrays = cifar10.read(raw, ROWS)
    assert {name: (a.shape, a.dtype.name) for name, a in arrays.items()} == {
        "x_train": ((15, 32, 32, 3), "uint8"),
        "y_train": ((15,), "int64"),
        "x_test": ((3, 32, 32, 3), "uint8"),
        "y_test": ((3,), "int64"),
    }
    assert arrays["x_train"][:, 0, 0, 0].tolist() == [0] * 3 + [1] * 3 + [2] * 3 + [3] * 3 + [4] * 3
    assert arrays["x_test"][2, 7, 19].tolist() == [5, 7, 19]
    assert arrays["y_train"].tolist() == [0, 9, 4] * 5


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (batch(0, labels=(0, 10, 4)), "label 10 is outside 0 to 9"),
        (batch(0, labels=(0, 1)), "expected 3 integers"),
        (batch(0) | {b"data": np.zeros((ROWS, 3071), np.uint8)}, r"\[3, 3071\]"),
        (batch(0) | {b"data": np.zeros((ROWS, 3072), np.int16)}, "int16"),
        ({b"data": np.zeros((ROWS, 3072), np.uint8)}, "is no CIFAR-10 batch"),
        ([1, 2], "is no CIFAR-10 batch"),
    ],
)
def test_a_wrong_batch_is_named(raw, content, message):
    write(raw / "data_batch_4", content)
    with pytest.raises(DataError, match=rf"data_batch_4.*{message}"):
        cifar10.read(raw, ROWS)


def test_a_batch_of_another_count_than_published_is_refused(raw):
    with pytest.raises(DataError, match=r"expected uint8 \[10000, 3072\]"):
        cifar10.read(raw)
