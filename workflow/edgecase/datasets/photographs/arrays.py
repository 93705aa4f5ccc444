"""Turn a folder of photographs into the arrays of a data set or of an edge set."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from edgecase.base.errors import ConfigError, DataError
from edgecase.base.randomness import numpy_generator
from edgecase.datasets.photographs.copies import first_copies
from edgecase.datasets.photographs.inspect import inspect
from edgecase.datasets.photographs.problems import named
from edgecase.datasets.photographs.records import FileRecord
from edgecase.datasets.photographs.shrink import shrink
from edgecase.datasets.photographs.split import by_photo
from edgecase.datasets.photographs.tree import EdgeTree, Tree, list_images, list_tree


@dataclass(frozen=True)
class Prepared:
    """A folder with classes: uint8 [n, size, size, 3] and int64 [n], a record of every file.

    The rows are in the order of the records of their part. `crossing` says in words which test
    files show the same photo as a training file, where the folder's own split parts them.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    classes: tuple[str, ...]
    records: tuple[FileRecord, ...]
    crossing: str | None


@dataclass(frozen=True)
class PreparedEdges:
    """An edge set's images: uint8 [n, size, size, 3] for the attacker, honest clients and the test.

    The rows are in the order of the records of their part, `train` being the attacker's;
    `crossing` is as in `Prepared`.
    """

    train: np.ndarray
    honest: np.ndarray
    test: np.ndarray
    records: tuple[FileRecord, ...]
    crossing: str | None


def read_folder(
    folder: str | Path,
    *,
    size: int,
    test_share: float,
    seed: int = 0,
    threads: int | None = None,
) -> Prepared:
    """The images of `folder`, `size` pixels square, parted by its own folders or by `test_share`.

    A folder's own split stays as it is. Raises `DataError` for what `tree.list_tree`,
    `inspect.inspect` and `split.by_photo` refuse, and `ConfigError` for a share outside (0, 1).
    """
    tree = list_tree(folder)
    records, images = _read(folder, tree, size, threads)
    photos = first_copies(images)
    labels = np.array([record.class_index for record in records], dtype=np.int64)
    if not tree.split:
        test = _parted_by_photo(folder, photos, labels, test_share, _generator(seed), tree.classes)
        records = _parted(records, {"test": test})
    crossing = _crossing(records, photos) if tree.split else None
    test = _rows(records, "test")
    return Prepared(
        images[~test],
        labels[~test],
        images[test],
        labels[test],
        tree.classes,
        _with_copies(records, photos),
        crossing,
    )


def read_edge_folder(
    folder: str | Path,
    *,
    size: int,
    shares: Sequence[float] = (0.5, 0.25, 0.25),
    seed: int = 0,
    threads: int | None = None,
) -> PreparedEdges:
    """The images of an edge set, `size` pixels square, parted by its own folders or by `shares`.

    `shares` are those of the attacker, of honest clients (0: none) and of the test. A folder's own
    split stays as it is, and without `honest/` no honest client has any. Raises `DataError` for
    what `tree.list_images`, `inspect.inspect` and `split.by_photo` refuse, and `ConfigError` for
    shares that do not add up to 1.
    """
    _check_shares(shares)
    tree = list_images(folder)
    records, images = _read(folder, tree, size, threads)
    photos = first_copies(images)
    if not tree.split:
        generator = _generator(seed)
        _, honest_share, test_share = shares
        one_class = np.zeros(len(images), dtype=np.int64)
        test = _parted_by_photo(folder, photos, one_class, test_share, generator, ("edge set",))
        honest = np.zeros_like(test)
        if honest_share > 0:
            rest, share = np.flatnonzero(~test), honest_share / (1 - test_share)
            honest[rest] = _parted_by_photo(
                folder, photos[rest], one_class[rest], share, generator, ("edge set",)
            )
        records = _parted(records, {"test": test, "honest": honest})
    return PreparedEdges(
        *(images[_rows(records, part)] for part in ("train", "honest", "test")),
        records=_with_copies(records, photos),
        crossing=_crossing(records, photos) if tree.split else None,
    )


def _read(
    folder: str | Path, tree: Tree | EdgeTree, size: int, threads: int | None
) -> tuple[list[FileRecord], np.ndarray]:
    records, images = inspect(folder, tree, partial(shrink, size=size), threads)
    return records, np.stack(images)


def _generator(seed: int) -> np.random.Generator:
    return numpy_generator(seed, "photographs")


def _parted_by_photo(
    folder: str | Path,
    photos: np.ndarray,
    labels: np.ndarray,
    share: float,
    generator: np.random.Generator,
    classes: Sequence[str],
) -> np.ndarray:
    """`split.by_photo`, whose `DataError` then names the folder."""
    try:
        return by_photo(photos, labels, share, generator, classes)
    except DataError as error:
        raise DataError(f"{folder}: {error}") from error


def _check_shares(shares: Sequence[float]) -> None:
    if (
        len(shares) != 3
        or not all(share >= 0 for share in shares)
        or shares[0] == 0
        or shares[2] == 0
        or not math.isclose(sum(shares), 1)
    ):
        raise ConfigError(
            f"shares: {tuple(shares)!r} is not allowed; expected three numbers that add up to 1, "
            "for the attacker, honest clients and the test; that of honest clients may be 0"
        )


def _parted(records: list[FileRecord], parts: dict[str, np.ndarray]) -> list[FileRecord]:
    """The records with the part that a bool array of `parts` says, else train."""
    names = np.full(len(records), "train", dtype=object)
    for part, rows in parts.items():
        names[rows] = part
    return [replace(record, split=name) for record, name in zip(records, names, strict=True)]


def _rows(records: Sequence[FileRecord], part: str) -> np.ndarray:
    return np.array([record.split == part for record in records], dtype=bool)


def _with_copies(records: list[FileRecord], photos: np.ndarray) -> tuple[FileRecord, ...]:
    return tuple(
        replace(record, near_duplicate_of=records[first].path) if first != row else record
        for row, (record, first) in enumerate(zip(records, photos.tolist(), strict=True))
    )


def _crossing(records: list[FileRecord], photos: np.ndarray) -> str | None:
    """Which test images show the same photo as an image of another part, in words."""
    test = _rows(records, "test")
    rows = np.flatnonzero(test & np.isin(photos, photos[~test]))
    if len(rows) == 0:
        return None
    paths = [records[row].path for row in rows]
    return f"{len(rows)} of {test.sum()} test images nearly equal a training image: {named(paths)}"
