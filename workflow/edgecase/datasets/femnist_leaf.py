"""FEMNIST as the benchmark LEAF writes it (Caldas et al. 2018): JSON files of writers.

Folders `train` and `test` hold them. `user_data` of a file says of each writer, under `x`, the
images, 784 numbers row by row with the background 1.0, and under `y` their characters. What a file
says of counts is not read: it may be wrong.
"""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from edgecase.base.errors import DataError
from edgecase.datasets.base import DIGITS, Dataset
from edgecase.datasets.femnist import (
    CHARACTERS,
    SHAPE,
    WRITER_ARRAYS,
    Written,
    without_doubles,
    writer_arrays,
    written,
)
from edgecase.datasets.raw import RawFiles


def read(raw: RawFiles) -> dict[str, np.ndarray]:
    """All characters."""
    return _read(raw, len(CHARACTERS))


def read_digits(raw: RawFiles) -> dict[str, np.ndarray]:
    """The digits alone."""
    return _read(raw, len(DIGITS))


def _read(raw: RawFiles, classes: int) -> dict[str, np.ndarray]:
    training, test = _writers(raw.path("train")), _writers(raw.path("test"))
    for name in training.keys() | test.keys():
        parts = [part for part in (training, test) if name in part]
        own = without_doubles(*(part[name] for part in parts))
        for part, kept in zip(parts, own, strict=True):
            part[name] = kept
    tested = [test[name] for name in sorted(test)]
    return writer_arrays(training, tested, str(raw.folder), classes)


def _writers(folder: Path) -> dict[str, Written]:
    """Each writer of the JSON files of a folder."""
    files = sorted(folder.glob("*.json"))
    if not files:
        raise DataError(f"{folder}: holds no file *.json")
    found: dict[str, Written] = {}
    for path in files:
        try:
            users = json.loads(path.read_text(encoding="utf-8"))["user_data"]
            parts = {
                name: (np.array(data["x"], dtype=np.float32), np.array(data["y"]))
                for name, data in users.items()
            }
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DataError(
                f"{path}: is not as LEAF writes it, expected user_data → user → x, images of 784 "
                f"numbers, and y ({type(error).__name__}: {error})"
            ) from error
        for name, (pixels, characters) in parts.items():
            if name in found:
                raise DataError(f"{path}: user {name} is in a file before it too")
            found[name] = written(pixels, characters, f"{path}: user {name}")
    return found


FEMNIST_LEAF = Dataset(
    name="femnist-leaf",
    shape=SHAPE,
    class_names=CHARACTERS,
    build=read,
    sources=("femnistleaf",),
    arrays=WRITER_ARRAYS,
)
FEMNIST_LEAF_DIGITS = replace(
    FEMNIST_LEAF,
    name="femnist-leaf-digits",
    class_names=DIGITS,
    build=read_digits,
)
