"""CIFAR-100 (Krizhevsky 2009), python version: two pickled batches, a hundred fine classes."""

from pathlib import Path

import numpy as np

from edgecase.datasets.base import Dataset
from edgecase.datasets.cifar10 import read_batch
from edgecase.datasets.raw import RawFiles


def read(raw: RawFiles) -> dict[str, np.ndarray]:
    """x_train uint8 [50000, 32, 32, 3], y_train int64, x_test [10000, …] and y_test."""
    x_train, y_train = read_batch(raw, "train", labels=b"fine_labels")
    x_test, y_test = read_batch(raw, "test", labels=b"fine_labels")
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}


CIFAR100 = Dataset(
    name="cifar100",
    shape=(32, 32, 3),
    class_names=tuple(Path(__file__).with_name("cifar100_classes.txt").read_text().split()),
    build=read,
    sources=("cifar100",),
)
