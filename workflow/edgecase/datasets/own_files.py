"""Prepare a folder whose photographs stay in their files: its list, and its test images decoded."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from edgecase.datasets.base import edge_side
from edgecase.datasets.photographs.arrays import read_folder
from edgecase.datasets.photographs.counts import write_counts
from edgecase.datasets.photographs.decode import decode
from edgecase.datasets.photographs.index import write_index
from edgecase.datasets.photographs.inspect import inspect
from edgecase.datasets.photographs.mapped import write_mapped
from edgecase.datasets.photographs.records import FileRecord
from edgecase.datasets.photographs.sheet import CLASSES, IMAGES, contact_sheet
from edgecase.datasets.photographs.shrink import shrink
from edgecase.datasets.photographs.tree import list_tree
from edgecase.datasets.text import from_words, words_of

#: pixels of a side by which pictures of the same photo are found
_THUMBNAIL = 32
#: pixels of a side on the contact sheet
_SHOWN = 72


def mapped_beside(prepared: str | Path) -> Path:
    """The file of the test images of a prepared one."""
    return Path(prepared).with_suffix(".test.npy")


def prepare_files(
    folder: Path, out: Path, about: Mapping[str, Any], threads: int
) -> dict[str, np.ndarray]:
    """The arrays of a data set (`FILE_ARRAYS`); its files beside `out` are written.

    Every file is decoded once, to see that it can be. A folder without a split gets one by
    `about["test_share"]`, with pictures of the same photo on one side; a split of its own stays as
    it is, and no such pictures are looked for: their search takes n² steps. Raises `DataError`
    with every file that cannot be used.
    """
    tree = list_tree(folder)
    if tree.split:
        records, _ = inspect(folder, tree, threads=threads)
    else:
        share = about["test_share"]
        parted = read_folder(folder, size=_THUMBNAIL, test_share=share, threads=threads)
        records = list(parted.records)
    train, test = ([r for r in records if r.split == part] for part in ("train", "test"))
    size = about["size"]
    digest = write_mapped(
        mapped_beside(out),
        [folder / record.path for record in test],
        side=edge_side(size),
        size=size,
        threads=threads,
    )
    _write_sheet(out.with_suffix(".png"), folder, tree.classes, {"training": train, "test": test})
    write_counts(out.with_suffix(".counts.csv"), records)
    write_index(out.with_suffix(".index.csv"), records)
    return {
        "folder": from_words([str(folder)]),
        "names_train": from_words(record.path for record in train),
        "y_train": _labels(train),
        "y_test": _labels(test),
        "test_sha256": from_words([digest]),
    }


def some_of_class(arrays: Mapping[str, np.ndarray], label: int, side: int) -> np.ndarray:
    """The first training images of a class, uint8 [n, side, side, 3], from `prepare_files`."""
    folder, names = Path(words_of(arrays["folder"])[0]), words_of(arrays["names_train"])
    rows = np.flatnonzero(arrays["y_train"] == label)[:IMAGES]
    return np.stack([shrink(decode(folder / names[row]), side) for row in rows])


def _write_sheet(
    path: Path, folder: Path, classes: Sequence[str], parts: Mapping[str, Sequence[FileRecord]]
) -> None:
    """The contact sheet, for which the first pictures of the first classes are decoded again."""
    images, counts = [], []
    for label in range(min(len(classes), CLASSES)):
        own = {
            part: [record.path for record in records if record.class_index == label]
            for part, records in parts.items()
        }
        counts.append({part: len(paths) for part, paths in own.items()})
        images.append(
            {
                part: np.stack([shrink(decode(folder / p), _SHOWN) for p in paths[:IMAGES]])
                for part, paths in own.items()
            }
        )
    contact_sheet(path, images, classes, counts)


def _labels(records: Sequence[FileRecord]) -> np.ndarray:
    return np.array([record.class_index for record in records], dtype=np.int64)
