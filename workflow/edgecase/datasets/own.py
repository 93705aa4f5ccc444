"""Prepare a folder of one's own: its arrays, and beside them a list, counts and a contact sheet."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from edgecase.datasets.photographs.arrays import (
    Prepared,
    PreparedEdges,
    read_edge_folder,
    read_folder,
)
from edgecase.datasets.photographs.counts import write_counts
from edgecase.datasets.photographs.index import write_index
from edgecase.datasets.photographs.sheet import contact_sheet

#: shares of an edge set without a split: the attacker's, the honest clients' and the test's
SHARES = (0.5, 0.25, 0.25)
#: weights of red, green and blue in the luma of a grey image (ITU-R BT.601)
_LUMA = (0.299, 0.587, 0.114)


def prepare_images(
    folder: Path, out: Path, about: Mapping[str, Any], threads: int
) -> dict[str, np.ndarray]:
    """The arrays of a data set (`DATASET_ARRAYS`); its files beside `out` are written.

    Raises `DataError` with every file of the folder that cannot be used.
    """
    read = read_folder(folder, size=about["size"], test_share=about["test_share"], threads=threads)
    images = [
        {"training": read.x_train[read.y_train == label], "test": read.x_test[read.y_test == label]}
        for label in range(len(read.classes))
    ]
    contact_sheet(out.with_suffix(".png"), images, read.classes)
    _write_lists(out, read)
    return {name: getattr(read, name) for name in ("x_train", "y_train", "x_test", "y_test")}


def prepare_edge_images(
    folder: Path, out: Path, shape: Sequence[int], threads: int
) -> dict[str, np.ndarray]:
    """The arrays of an edge set (`PHOTOGRAPH_ARRAYS`) in the `shape` (H, W, C) of its data set.

    Raises `DataError` with every file of the folder that cannot be used.
    """
    read = read_edge_folder(folder, size=shape[0], shares=SHARES, threads=threads)
    arrays = {name: getattr(read, name) for name in ("train", "honest", "test")}
    shown = {"attacker": read.train, "honest": read.honest, "test": read.test}
    contact_sheet(out.with_suffix(".png"), [shown], [folder.name])
    _write_lists(out, read)
    return {name: grey(images) if shape[2] == 1 else images for name, images in arrays.items()}


def grey(images: np.ndarray) -> np.ndarray:
    """Colour images uint8 [n, H, W, 3] as grey ones [n, H, W, 1]: 0.299 R + 0.587 G + 0.114 B.

    >>> grey(np.array([[[[255, 0, 0]]]], dtype=np.uint8)).tolist()
    [[[[76]]]]
    """
    luma = images.astype(np.float64) @ np.array(_LUMA)
    return luma.round().astype(np.uint8)[..., None]


def _write_lists(out: Path, read: Prepared | PreparedEdges) -> None:
    write_counts(out.with_suffix(".counts.csv"), read.records)
    write_index(out.with_suffix(".index.csv"), read.records)
    if read.crossing:
        print(f"warning: {read.crossing}", file=sys.stderr)
