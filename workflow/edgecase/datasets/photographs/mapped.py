"""Decode test photographs once into one file that is read a batch at a time."""

import hashlib
import io
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from edgecase.base.errors import DataError
from edgecase.base.files import atomic_path
from edgecase.datasets.photographs.decode import decode
from edgecase.datasets.photographs.shrink import shrink

#: photographs that are in memory at once
_AT_ONCE = 256


def write_mapped(
    path: Path, files: Sequence[Path], *, side: int, size: int, threads: int | None = None
) -> str:
    """Write the middle of each photograph as uint8 [N, size, size, 3]; returns the sha256.

    The short side is scaled to `side` pixels first: of 256 and 224, what torchvision calls
    Resize(256) and CenterCrop(224). The file is an `.npy`. Raises `DataError` for a photograph that
    cannot be decoded, and writes nothing then.
    """
    first = (side - size) // 2
    middle = slice(first, first + size)

    def cut(file: Path) -> bytes:
        return shrink(decode(file), side)[middle, middle].tobytes()

    header = io.BytesIO()
    described = {"descr": "|u1", "fortran_order": False, "shape": (len(files), size, size, 3)}
    np.lib.format.write_array_header_1_0(header, described)
    digest = hashlib.sha256()
    threads = threads or len(os.sched_getaffinity(0))
    with (
        atomic_path(path) as temporary,
        temporary.open("wb") as handle,
        ThreadPoolExecutor(threads) as pool,
    ):

        def write(content: bytes) -> None:
            digest.update(content)
            handle.write(content)

        write(header.getvalue())
        for start in range(0, len(files), _AT_ONCE):
            for content in pool.map(cut, files[start : start + _AT_ONCE]):
                write(content)
    return digest.hexdigest()


def open_mapped(path: Path, sha256: str) -> np.ndarray:
    """The images uint8 [N, size, size, 3] in the file, which are read where they are used.

    Raises `DataError`, naming it, for a file that is not the one with this digest.
    """
    try:
        with path.open("rb") as handle:
            found = hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}") from error
    if found != sha256:
        raise DataError(f"{path}: expected sha256 {sha256}, found {found}; prepare it again")
    return np.load(path, mmap_mode="r", allow_pickle=False)
