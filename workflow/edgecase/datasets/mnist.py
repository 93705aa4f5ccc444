"""MNIST (LeCun et al. 1998): 60,000 training and 10,000 test digits, upright."""

import numpy as np

from edgecase.datasets.base import DIGITS, Dataset
from edgecase.datasets.idx import read_idx
from edgecase.datasets.raw import RawFiles


def read(raw: RawFiles) -> dict[str, np.ndarray]:
    return read_idx(raw, "train", "t10k")


MNIST = Dataset(
    name="mnist",
    shape=(28, 28, 1),
    class_names=DIGITS,
    build=read,
    stored_orientation="upright",
    sources=("mnist",),
)
