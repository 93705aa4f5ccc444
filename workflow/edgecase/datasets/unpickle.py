"""Opening a published pickle without running it.

A pickle is a program that may call anything importable. This unpickler knows what a numpy array of
plain numbers or text needs and refuses every other name before it is imported. Numpy itself is not
given what the pickle says of a type's memory layout, with which raw bytes could pass for objects.
"""

import io
import math
import pickle
import re
from pathlib import Path
from typing import ClassVar

import numpy as np

from edgecase.base.errors import DataError, shown

_CODE = re.compile("[biufcSU][0-9]{1,9}")


class _Dtype:
    """A type of numbers or text; its state is the order of its bytes and nothing else."""

    def __init__(self, code: str | bytes, *_align_and_copy: object):
        text = code.decode("ascii") if isinstance(code, bytes) else code
        if not isinstance(text, str) or not _CODE.fullmatch(text):
            raise pickle.UnpicklingError(f"an array of type {shown(code)} is refused")
        self.numpy = np.dtype(text)

    def __setstate__(self, state: tuple) -> None:
        _, order, *layout = state
        if any(part is not None for part in layout[:3]):
            raise pickle.UnpicklingError("an array of records is refused")
        text = order.decode("ascii") if isinstance(order, bytes) else order
        self.numpy = self.numpy.newbyteorder(text)


class _Array:
    """An array before and after it has got its shape and its bytes."""

    def __init__(self, *_type_shape_and_code: object):
        self.numpy: np.ndarray | None = None

    def __setstate__(self, state: tuple) -> None:
        _, shape, dtype, fortran, raw = state
        size = math.prod(shape) * dtype.numpy.itemsize
        if not isinstance(raw, bytes) or len(raw) != size:
            raise pickle.UnpicklingError(f"an array of shape {shown(shape)} has {len(raw)} bytes")
        order = "F" if fortran else "C"
        self.numpy = np.ndarray(shape, dtype.numpy, raw, order=order).copy(order=order)


def _scalar(dtype: _Dtype, raw: bytes) -> np.generic:
    return np.ndarray((), dtype.numpy, raw)[()]


def _encode(text: str, encoding: str) -> bytes:
    """How Python 3 writes bytes into an old pickle protocol; no other codec is offered."""
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"_codecs.encode with encoding {encoding!r} is refused")
    return text.encode("latin1")


# numpy 1 wrote numpy.core, numpy 2 writes numpy._core; the class is an argument that nothing reads
_ADMITTED = {
    ("numpy", "ndarray"): object(),
    ("numpy", "dtype"): _Dtype,
    ("_codecs", "encode"): _encode,
    **{
        (f"numpy.{core}.multiarray", name): made
        for core in ("core", "_core")
        for name, made in (("_reconstruct", _Array), ("scalar", _scalar))
    },
}
_BYTES = b"".join(
    getattr(pickle, name)
    for name in (
        *("PROTO", "FRAME", "STOP", "MARK", "POP", "POP_MARK", "DUP", "GLOBAL", "STACK_GLOBAL"),
        *("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE", "GET", "BINGET", "LONG_BINGET"),
        *("NONE", "NEWTRUE", "NEWFALSE", "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1"),
        *("LONG4", "FLOAT", "BINFLOAT", "STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE"),
        *("BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "BINBYTES", "SHORT_BINBYTES"),
        *("BINBYTES8", "EMPTY_TUPLE", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3", "EMPTY_LIST", "LIST"),
        *("APPEND", "APPENDS", "EMPTY_DICT", "SETITEM", "SETITEMS", "DICT", "REDUCE", "BUILD"),
    )
)


# The unpickler in C sets aside memory for any number that a pickle gives its memo, and hashes keys
# of tuples in tuples for as long as that takes; this one can be told not to.
class _ArrayUnpickler(pickle._Unpickler):
    dispatch: ClassVar[dict] = {code: pickle._Unpickler.dispatch[code] for code in _BYTES}

    def find_class(self, module: str, name: str) -> object:
        try:
            return _ADMITTED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"it names {module}.{name}, which is refused") from None

    def load_build(self) -> None:
        if not isinstance(self.stack[-2], _Array | _Dtype):
            raise pickle.UnpicklingError("a state for what is no array is refused")
        self.stack[-2].__setstate__(self.stack.pop())

    def load_setitem(self) -> None:
        self._set(self.stack[-3], [self.stack.pop(-2), self.stack.pop()])

    def load_setitems(self) -> None:
        items = self.pop_mark()
        self._set(self.stack[-1], items)

    def load_dict(self) -> None:
        items = self.pop_mark()
        self.append({})
        self._set(self.stack[-1], items)

    def _set(self, target: object, items: list) -> None:
        for key, value in zip(items[::2], items[1::2], strict=True):
            if not isinstance(target, dict) or not isinstance(key, bytes | str | int):
                raise pickle.UnpicklingError("a key that is no text or number is refused")
            target[key] = value

    dispatch |= {
        pickle.BUILD[0]: load_build,
        pickle.SETITEM[0]: load_setitem,
        pickle.SETITEMS[0]: load_setitems,
        pickle.DICT[0]: load_dict,
    }


def load_pickle(path: str | Path) -> object:
    """The object pickled at `path`: arrays, and plain lists, dicts, tuples, numbers and bytes.

    Strings written by Python 2 come as bytes. Raises `DataError` naming the file and, where it asks
    for one, the module and attribute that is refused.
    """
    try:
        # From memory: no length that the pickle gives is believed beyond the file's end.
        content = io.BytesIO(Path(path).read_bytes())
        return _plain(_ArrayUnpickler(content, encoding="bytes").load(), {})
    # a damaged pickle can raise almost anything
    except Exception as error:
        raise DataError(
            f"{path}: the pickle cannot be opened ({type(error).__name__}: {error})"
        ) from error


def _plain(value: object, known: dict[int, object]) -> object:
    """`value` with numpy's arrays; what it holds twice, or in itself, it holds so afterwards."""
    if id(value) in known:
        return known[id(value)]
    if isinstance(value, list):
        known[id(value)] = made = []
        made.extend(_plain(inner, known) for inner in value)
        return made
    if isinstance(value, dict):
        known[id(value)] = made = {}
        made.update((key, _plain(inner, known)) for key, inner in value.items())
        return made
    if isinstance(value, tuple):
        known[id(value)] = made = tuple(_plain(inner, known) for inner in value)
        return made
    if isinstance(value, _Array):
        if value.numpy is None:
            raise pickle.UnpicklingError("an array without content")
        return value.numpy
    if value is None or isinstance(value, bool | int | float | str | bytes | np.generic):
        return value
    raise pickle.UnpicklingError("holds what is no array and no plain value")
