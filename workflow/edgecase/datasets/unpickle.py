"""Opening a published pickle without running it.

A pickle is a program that may call anything importable. This unpickler admits only what a numpy
array needs and refuses every other name before it is imported.
"""

import pickle
from pathlib import Path

import numpy as np
from numpy._core import multiarray

from edgecase.errors import DataError


def _encode(text: str, encoding: str) -> bytes:
    """How Python 3 writes bytes into an old pickle protocol; no other codec is offered."""
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"_codecs.encode with encoding {encoding!r} is refused")
    return text.encode("latin1")


# numpy 1 wrote numpy.core, numpy 2 writes numpy._core
_ADMITTED = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("_codecs", "encode"): _encode,
    **{
        (f"numpy.{core}.multiarray", name): getattr(multiarray, name)
        for core in ("core", "_core")
        for name in ("_reconstruct", "scalar")
    },
}


class _ArrayUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> object:
        try:
            return _ADMITTED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"it names {module}.{name}, which is refused") from None


def load_pickle(path: str | Path) -> object:
    """The object pickled at `path`: arrays, and plain lists, dicts, numbers and bytes.

    Strings written by Python 2 come as bytes. Raises `DataError` naming the file and, where it asks
    for one, the module and attribute that is refused.
    """
    try:
        with Path(path).open("rb") as handle:
            return _ArrayUnpickler(handle, encoding="bytes").load()
    # a damaged pickle can raise almost anything from inside the admitted constructors
    except Exception as error:
        raise DataError(f"{path}: the pickle cannot be opened: {error}") from error
