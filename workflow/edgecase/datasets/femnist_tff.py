"""FEMNIST as TensorFlow Federated distributed it: HDF5 files of writers, which h5py reads.

`examples/<writer>/pixels` are float32 [n, 28, 28] with the background 1.0, and
`examples/<writer>/label` their characters [n].
"""

import importlib
from dataclasses import replace
from typing import Any

import numpy as np

from edgecase.base.errors import DataError
from edgecase.datasets.base import DIGITS, Dataset
from edgecase.datasets.femnist import (
    CHARACTERS,
    SHAPE,
    WRITER_ARRAYS,
    Written,
    writer_arrays,
    written,
)
from edgecase.datasets.raw import RawFiles


def read(raw: RawFiles) -> dict[str, np.ndarray]:
    """All characters: `fed_emnist_train.h5` and `fed_emnist_test.h5`."""
    return _read(raw, "fed_emnist", len(CHARACTERS))


def read_digits(raw: RawFiles) -> dict[str, np.ndarray]:
    """The digits, from files of their own: the paper's 3,383 clients."""
    return _read(raw, "fed_emnist_digitsonly", len(DIGITS))


def _read(raw: RawFiles, name: str, classes: int) -> dict[str, np.ndarray]:
    training, test = (_writers(raw, f"{name}_{split}.h5") for split in ("train", "test"))
    tested = [test[writer] for writer in sorted(test)]
    return writer_arrays(training, tested, str(raw.folder), classes)


def _writers(raw: RawFiles, name: str) -> dict[str, Written]:
    """Each writer of a file."""
    path = raw.path(name)
    try:
        with _h5py().File(path, "r") as file:
            examples = file["examples"]
            parts = {
                writer: (examples[writer]["pixels"][()], examples[writer]["label"][()])
                for writer in examples
            }
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise DataError(
            f"{path}: is not as TensorFlow Federated wrote it, expected HDF5 with examples → "
            f"writer → pixels and label ({type(error).__name__}: {error})"
        ) from error
    return {
        writer: written(pixels, characters, f"{path}: writer {writer}")
        for writer, (pixels, characters) in parts.items()
    }


def _h5py() -> Any:
    try:
        return importlib.import_module("h5py")
    except ImportError as error:
        raise DataError(
            "FEMNIST's HDF5 files need the package h5py, which is not installed: pip install h5py"
        ) from error


FEMNIST_TFF = Dataset(
    name="femnist-tff",
    shape=SHAPE,
    class_names=CHARACTERS,
    build=read,
    sources=("femnisttff",),
    arrays=WRITER_ARRAYS,
)
FEMNIST_TFF_DIGITS = replace(
    FEMNIST_TFF,
    name="femnist-tff-digits",
    class_names=DIGITS,
    build=read_digits,
    sources=("femnisttffdigits",),
)
