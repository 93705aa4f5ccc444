"""Open a published pickle: arrays of numbers in plain containers, and nothing else.

A pickle names functions and calls them. Two things are asked of one before it is opened: that its
sha256 is the published one, and that it names nothing but what numpy writes for an array.
"""

import codecs
import io
import pickle
from typing import Any

import numpy as np

from edgecase.base.errors import DataError
from edgecase.datasets.raw import RawFiles

_ADMITTED = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    # bytes in the protocols of Python 2
    ("_codecs", "encode"): codecs.encode,
}
# numpy 1 wrote numpy.core, numpy 2 writes numpy._core
for _core in ("numpy.core", "numpy._core"):
    _ADMITTED[f"{_core}.multiarray", "_reconstruct"] = np.zeros(0).__reduce__()[0]
    _ADMITTED[f"{_core}.multiarray", "scalar"] = np.int64(0).__reduce__()[0]


class _ArrayUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> object:
        if (module, name) not in _ADMITTED:
            raise pickle.UnpicklingError(f"it names {module}.{name}, which is refused")
        return _ADMITTED[module, name]


def load_pickle(raw: RawFiles, name: str) -> Any:
    """The object pickled in the file `name`; strings written by Python 2 come as bytes.

    Raises `DataError` unless the file's sha256 is known, confirmed and right, and all it names is
    admitted.
    """
    content = raw.content(name)
    if raw.digests[name].unconfirmed:
        raise DataError(f"{raw.path(name)}: is not opened, for its sha256 is unconfirmed")
    try:
        return _ArrayUnpickler(io.BytesIO(content), encoding="bytes").load()
    except pickle.UnpicklingError as error:
        raise DataError(f"{raw.folder / name}: the pickle is not opened: {error}") from error
