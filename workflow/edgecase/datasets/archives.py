"""Take named members out of an archive.

A member is found by the last part of its path and written under that name alone, if its digest is
the published one; no more bytes are unpacked than it may have.
"""

import gzip
import lzma
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from unrar.cffi import rarfile

from edgecase.base.errors import DataError
from edgecase.base.files import OF_THE_DISK, atomic_path
from edgecase.datasets.sources import Member

#: what a container yields: the path of a file inside it, and how to open that
Entry = tuple[str, Callable[[], Any]]


def _tar(path: Path) -> Iterator[Entry]:
    with tarfile.open(path, "r:*") as archive:
        for info in archive:
            if info.isreg():
                yield info.name, partial(archive.extractfile, info)


def _zip(path: Path) -> Iterator[Entry]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if not info.filename.endswith("/"):
                yield info.filename, partial(archive.open, info)


def _rar(path: Path) -> Iterator[Entry]:
    archive = rarfile.RarFile(path)
    for info in archive.infolist():
        if not info.is_dir():
            yield info.filename.replace("\\", "/"), partial(archive.open, info)


def _gz(path: Path) -> Iterator[Entry]:
    yield path.stem, partial(gzip.open, path)


def _xz(path: Path) -> Iterator[Entry]:
    yield path.stem, partial(lzma.open, path)


# longest suffix first, so that .tar.gz is not taken for .gz
_CONTAINERS: dict[str, Callable[[Path], Iterator[Entry]]] = {
    **dict.fromkeys((".tar.gz", ".tar.xz", ".tar.bz2", ".tgz", ".txz", ".tar"), _tar),
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
    return _CONTAINERS[name[len(archive_stem(name) or "") :].lower()]


def extract(archive: Path, members: Iterable[Member], folder: Path) -> dict[str, str]:
    """Write the members found in `archive` into `folder`; return why each other one is not there.

    Of several files with the name of a member, the one with the published digest is taken. The
    answer maps the name of each member that was not written to the reason, which may be that the
    archive cannot be read as far as it is needed. A disk that takes no file raises its `OSError`.
    """
    wanted = {member.name: member for member in members}
    reasons = {name: f"{archive}: holds no member {name}" for name in wanted}
    try:
        for path, opener in _container(archive.name)(archive):
            member = wanted.get(PurePosixPath(path).name)
            if member is None:
                continue
            try:
                _write(member, opener, folder)
            except DataError as refusal:
                reasons[member.name] = f"{archive}, member {path}: {refusal}"
                continue
            del wanted[member.name], reasons[member.name]
            if not wanted:
                break
    # What is cut off can raise almost anything from inside the readers.
    except Exception as error:
        if isinstance(error, OSError) and error.errno in OF_THE_DISK:
            raise  # not the archive's fault
        for name in wanted:
            reasons[name] = (
                f"{archive}: cannot be unpacked as far as {name}, it may be truncated or altered "
                f"({type(error).__name__}: {getattr(error, 'message', error)})"
            )
    return reasons


def _write(member: Member, opener: Callable[[], Any], folder: Path) -> None:
    with opener() as stream:
        content = stream.read(member.max_size + 1)
    if len(content) > member.max_size:
        raise DataError(f"expected at most {member.max_size} bytes, it unpacks to more")
    with atomic_path(folder / member.name) as temporary:
        temporary.write_bytes(content)
        if problem := member.digests.mismatch(temporary):
            raise DataError(problem)
