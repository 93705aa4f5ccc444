"""EMNIST digits (Cohen et al. 2017): 240,000 training and 40,000 test digits, transposed."""

import numpy as np

from edgecase.datasets.base import DIGITS, Dataset
from edgecase.datasets.idx import read_idx
from edgecase.datasets.raw import RawFiles


def read(raw: RawFiles) -> dict[str, np.ndarray]:
    return read_idx(raw, "emnist-digits-train", "emnist-digits-test")


EMNIST = Dataset(
    name="emnist",
    shape=(28, 28, 1),
    class_names=DIGITS,
    build=read,
    stored_orientation="transposed",
    sources=("emnist",),
)
