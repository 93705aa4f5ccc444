"""ARDIS dataset IV (Kusetogullari et al. 2019): handwritten digits from Swedish church records."""

import io

import numpy as np

from edgecase.datasets.base import EdgeSet
from edgecase.datasets.raw import RawFiles


def read(raw: RawFiles) -> dict[str, np.ndarray]:
    """x_train uint8 [6600, 28, 28, 1], y_train int64 [6600], x_test and y_test [1000]; upright.

    A line of the images is 784 whole numbers as decimal text, one of the labels ten of which
    number k is 1 for digit k.
    """
    arrays = {}
    for split in ("train", "test"):
        pixels = _table(raw, f"ARDIS_{split}_2828.csv")
        arrays[f"x_{split}"] = pixels.astype(np.uint8).reshape(-1, 28, 28, 1)
        arrays[f"y_{split}"] = _table(raw, f"ARDIS_{split}_labels.csv").argmax(axis=1)
    return arrays


def _table(raw: RawFiles, name: str) -> np.ndarray:
    return np.loadtxt(io.BytesIO(raw.content(name)), ndmin=2)


ARDIS = EdgeSet(
    name="ardis",
    source_class=7,
    target_class=1,
    raw_class=7,
    build=read,
    sources=("ardis",),
)
