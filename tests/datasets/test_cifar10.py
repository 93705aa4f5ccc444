import pickle

import numpy as np
from tests.datasets.made_up import raw_files

from edgecase.datasets import DATASETS


def batch(number):
    """Three images whose pixels tell their batch, their row and their column."""
    planes = np.zeros((3, 3, 32, 32), np.uint8)
    planes[:, 0] = number  # red
    planes[:, 1] = np.arange(32)[:, None]  # green: the row
    planes[:, 2] = np.arange(32)[None, :]  # blue: the column
    content = {b"data": planes.reshape(3, 3072), b"labels": [0, 9, 4], b"batch_label": b"x"}
    return pickle.dumps(content, 2)


def test_batches_follow_each_other_and_planes_become_channels(tmp_path):
    names = [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]
    raw = raw_files(tmp_path, {name: batch(number) for number, name in enumerate(names)})
    arrays = DATASETS["cifar10"].build(raw)
    assert {name: (a.shape, a.dtype.name) for name, a in arrays.items()} == {
        "x_train": ((15, 32, 32, 3), "uint8"),
        "y_train": ((15,), "int64"),
        "x_test": ((3, 32, 32, 3), "uint8"),
        "y_test": ((3,), "int64"),
    }
    assert arrays["x_train"][:, 0, 0, 0].tolist() == [0] * 3 + [1] * 3 + [2] * 3 + [3] * 3 + [4] * 3
    assert arrays["x_test"][2, 7, 19].tolist() == [5, 7, 19]
    assert arrays["y_train"].tolist() == [0, 9, 4] * 5
