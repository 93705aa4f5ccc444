"""CIFAR-10 (Krizhevsky 2009), python version: six pickled batches of 10,000 images."""

from pathlib import Path

import numpy as np

from edgecase.base.errors import DataError
from edgecase.datasets.arrays import check_array, check_labels
from edgecase.datasets.unpickle import load_pickle

_ROWS = 10_000


def read(raw: Path, rows: int = _ROWS) -> dict[str, np.ndarray]:
    """x_train uint8 [5·rows, 32, 32, 3], y_train int64 [5·rows], x_test and y_test [rows].

    `rows` is the number of images in a batch. Raises `DataError` naming the batch that is not so.
    """
    batches = [_read_batch(raw / f"data_batch_{i}", rows) for i in range(1, 6)]
    x_test, y_test = _read_batch(raw / "test_batch", rows)
    return {
        "x_train": np.concatenate([x for x, _ in batches]),
        "y_train": np.concatenate([y for _, y in batches]),
        "x_test": x_test,
        "y_test": y_test,
    }


def _read_batch(path: Path, rows: int) -> tuple[np.ndarray, np.ndarray]:
    batch = load_pickle(path)
    if not isinstance(batch, dict) or not {b"data", b"labels"} <= batch.keys():
        raise DataError(f"{path}: is no CIFAR-10 batch, it lacks data or labels")
    pixels = check_array(batch[b"data"], str(path), (rows, 3 * 32 * 32), np.uint8)
    labels = check_labels(np.array(batch[b"labels"]), str(path), rows)
    # a row is the red, the green, then the blue plane
    return pixels.reshape(rows, 3, 32, 32).transpose(0, 2, 3, 1).copy(), labels
