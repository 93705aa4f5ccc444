"""Writing files so that a reader never sees half of one."""

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from edgecase.errors import ConfigError, DataError

#: errors of the disk itself: full, over quota, a limit on sizes, read-only, not ours
OF_THE_DISK = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM}
)


@contextlib.contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on success it takes the place of `path` in one step.

    The temporary name ends as `path` does, so libraries that look at the extension still work.
    On any error, a full disk included, the temporary file is removed and `path` is as it was; an
    error of the disk names `path`. Raises `ConfigError` for a path without a name.
    """
    path = Path(path)
    if not path.name:
        raise ConfigError(f"'{path}' names no file to write")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{secrets.token_hex(4)}.{path.name}")
    try:
        yield temporary
        with temporary.open("rb") as handle:
            os.fsync(handle.fileno())
        temporary.replace(path)
    except OSError as error:
        # A write that fails does not say where, and the temporary name says nothing to a user.
        if error.errno in OF_THE_DISK and error.filename in (None, str(temporary)):
            error.filename = str(path)
        raise
    finally:
        temporary.unlink(missing_ok=True)


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
