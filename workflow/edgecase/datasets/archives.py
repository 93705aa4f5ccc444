"""Taking named members out of archives nobody vouches for.

Only members asked for by name are written, under that name and not under the archive's own path,
and never more bytes than the member may have.
"""

import gzip
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from unrar.cffi import rarfile
from unrar.cffi.unrarlib import BadRarFile

from edgecase.base.files import OF_THE_DISK, atomic_path
from edgecase.datasets.sources import Member

_CHUNK = 1 << 20
# RuntimeError and NotImplementedError: how zipfile refuses a password or an unknown compression
_UNREADABLE = (
    OSError,
    EOFError,
    RuntimeError,
    ValueError,
    zlib.error,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
    rarfile.RarFileError,
    BadRarFile,
)

#: what a container yields: path inside it, size it declares (None: unknown), how to open it
Entry = tuple[str, int | None, Callable[[], BinaryIO]]


def _tar(path: Path) -> Iterator[Entry]:
    with tarfile.open(path, "r:*") as archive:
        for info in archive:
            if info.isreg():
                yield info.name, info.size, partial(archive.extractfile, info)


def _zip(path: Path) -> Iterator[Entry]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if info.filename and not info.is_dir():  # `is_dir` fails on an empty name
                yield info.filename, info.file_size, partial(archive.open, info)


def _rar(path: Path) -> Iterator[Entry]:
    archive = rarfile.RarFile(str(path))
    for info in archive.infolist():
        if not info.is_dir():
            name = info.filename.replace("\\", "/")
            yield name, info.file_size, partial(archive.open, info)


def _gz(path: Path) -> Iterator[Entry]:
    yield path.stem, None, partial(gzip.open, path)


def _xz(path: Path) -> Iterator[Entry]:
    yield path.stem, None, partial(lzma.open, path)


# longest suffix first, so that .tar.gz is not taken for .gz
_CONTAINERS: dict[str, Callable[[Path], Iterator[Entry]]] = {
    ".tar.gz": _tar,
    ".tar.xz": _tar,
    ".tar.bz2": _tar,
    ".tgz": _tar,
    ".txz": _tar,
    ".tar": _tar,
    ".zip": _zip,
    ".rar": _rar,
    ".gz": _gz,
    ".xz": _xz,
}


def archive_stem(name: str) -> str | None:
    """The name of an archive without its suffix; None if it is no archive we can open."""
    for suffix in _CONTAINERS:
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return None


def holds_many(name: str) -> bool:
    """Whether an archive of this name holds several files, each with a name of its own."""
    return archive_stem(name) is not None and _container(name) not in (_gz, _xz)


def _container(name: str) -> Callable[[Path], Iterator[Entry]]:
    return _CONTAINERS[name[len(archive_stem(name)) :].lower()]


class _Refused(Exception):
    """An entry that is not the published member."""


def extract(archive: Path, members: Iterable[Member], folder: Path) -> dict[str, str]:
    """Write the members found in `archive` into `folder`; return why each other one is not there.

    A member is found by the last part of its path; of several with that name the one with the
    published digest is taken. The answer maps the name of each member that was not written to the
    reason, which may be that the archive cannot be read as far as it is needed. A disk that takes
    no file raises its `OSError`.
    """
    wanted = {member.name: member for member in members}
    reasons = {name: f"{archive}: holds no member {name}" for name in wanted}
    try:
        for path, size, opener in _container(archive.name)(archive):
            member = wanted.get(PurePosixPath(path).name)
            if member is None:
                continue
            try:
                _write(member, size, opener, folder)
            except _Refused as refusal:
                reasons[member.name] = f"{archive}, member {path}: {refusal}"
                continue
            del wanted[member.name], reasons[member.name]
            if not wanted:
                break
    except _UNREADABLE as error:
        if isinstance(error, OSError) and error.errno in OF_THE_DISK:
            raise  # not the archive's fault
        for name in wanted:
            reasons[name] = (
                f"{archive}: cannot be unpacked as far as {name}, it may be truncated or altered "
                f"({type(error).__name__}: {getattr(error, 'message', error)})"
            )
    return reasons


def _write(
    member: Member, declared: int | None, opener: Callable[[], BinaryIO], folder: Path
) -> None:
    bound = f"expected at most {member.max_size} bytes"
    if declared is not None and declared > member.max_size:
        raise _Refused(f"{bound}, it declares {declared}")
    with atomic_path(folder / member.name) as temporary:
        with opener() as stream, temporary.open("wb") as handle:
            while chunk := stream.read(_CHUNK):
                if handle.tell() + len(chunk) > member.max_size:
                    raise _Refused(f"{bound}, it unpacks to more")
                handle.write(chunk)
        if problem := member.mismatch(temporary):
            raise _Refused(problem)
