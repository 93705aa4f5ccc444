"""CIFAR-10 (Krizhevsky 2009), python version: six pickled batches of 10,000 images."""

import numpy as np

from edgecase.datasets.base import Dataset
from edgecase.datasets.raw import RawFiles
from edgecase.datasets.unpickle import load_pickle


def read(raw: RawFiles) -> dict[str, np.ndarray]:
    """x_train uint8 [50000, 32, 32, 3], y_train int64, x_test [10000, …] and y_test."""
    batches = [read_batch(raw, f"data_batch_{i}") for i in range(1, 6)]
    x_test, y_test = read_batch(raw, "test_batch")
    return {
        "x_train": np.concatenate([x for x, _ in batches]),
        "y_train": np.concatenate([y for _, y in batches]),
        "x_test": x_test,
        "y_test": y_test,
    }


def read_batch(
    raw: RawFiles, name: str, labels: bytes = b"labels"
) -> tuple[np.ndarray, np.ndarray]:
    """The images uint8 [n, 32, 32, 3] of a pickled batch, and its `labels` int64 [n]."""
    batch = load_pickle(raw, name)
    # a row is the red, the green, then the blue plane
    images = batch[b"data"].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1).copy()
    return images, np.array(batch[labels], np.int64)


CIFAR10 = Dataset(
    name="cifar10",
    shape=(32, 32, 3),
    class_names=(
        *("airplane", "automobile", "bird", "cat", "deer"),
        *("dog", "frog", "horse", "ship", "truck"),
    ),
    build=read,
    sources=("cifar10",),
)
