"""Write files so that a reader never sees half of one."""

import contextlib
import errno
import fcntl
import os
import secrets
import socket
from collections.abc import Callable, Generator
from pathlib import Path

from edgecase.base.errors import ConfigError, DataError

#: errors of the disk itself: full, over quota, a limit on sizes, read-only, not ours
OF_THE_DISK = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM}
)


@contextlib.contextmanager
def atomic_path(path: str | Path) -> Generator[Path]:
    """Yield a temporary path beside `path`; on success it takes the place of `path` in one step.

    The temporary name ends as `path` does, so libraries that look at the extension still work.
    On any error, a full disk included, the temporary file is removed and `path` is as it was; an
    error of the disk names `path`. The content is on the disk before the name is, and both are when
    this ends, so that after a power cut `path` is the old file or the new one. Raises `ConfigError`
    for a path without a name and for a folder.
    """
    require_file_name(path)
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{secrets.token_hex(4)}.{path.name}")
    try:
        yield temporary
        _flush(temporary)
        temporary.replace(path)
        _flush(path.parent)
    except OSError as error:
        # A write that fails does not say where, and the temporary name says nothing to a user.
        if error.errno in OF_THE_DISK and error.filename in (None, str(temporary)):
            error.filename = str(path)
        raise
    finally:
        temporary.unlink(missing_ok=True)


def clear_unfinished(folder: str | Path) -> None:
    """Remove what writers left in `folder` that were killed before the end; none may be at work."""
    for leftover in Path(folder).glob(f".{'[0-9a-f]' * 8}.*"):
        leftover.unlink(missing_ok=True)


@contextlib.contextmanager
def locked(folder: str | Path, report: Callable[[str], None]) -> Generator[None]:
    """Have `folder` alone; while another process has it, wait, and `report` who that is.

    The lock ends with the process that holds it, in whatever way it ends. It is a file `lock` in
    the folder, which stays.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            report(f"{folder}: in use by {handle.read()}; waiting for it to end")
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
            report(f"{folder}: this file system has no locks; start nothing twice")
        handle.truncate(0)
        handle.write(f"process {os.getpid()} on {socket.gethostname()}")
        handle.flush()
        yield


_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)


def _flush(path: Path) -> None:
    """Bring to the disk a file's content, or the names in a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        # Some file systems know it for files alone.
        if error.errno != errno.EINVAL or not path.is_dir():
            raise
    finally:
        os.close(handle)


def require_file_name(path: str | Path) -> None:
    """Raise `ConfigError` if no file can have this path: it has no name, or is a folder's."""
    path = Path(path)
    if not path.name:
        raise ConfigError(f"'{path}' names no file to write")
    if path.is_dir():
        raise ConfigError(f"'{path}' is a folder; expected a file to write")


def require_writable(folder: str | Path) -> None:
    """Raise `DataError`, naming it, if `folder` takes no files, or cannot be made where it is."""
    place = Path(folder)
    while not place.exists():
        place = place.parent
    if not place.is_dir():
        raise DataError(f"{folder}: {place} is a file; expected a folder")
    if not os.access(place, os.W_OK | os.X_OK):
        raise DataError(f"{folder}: {place} takes no files (read-only, or another user's)")


def require_last_line(path: str | Path) -> None:
    """Raise `DataError`, naming the file, if its last line has no end: a cut number parses."""
    if not Path(path).read_bytes().endswith(b"\n"):
        raise DataError(f"{path}: its last line is cut off")
