"""Writing files so that a reader never sees half of one."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from edgecase.errors import ConfigError, DataError


@contextlib.contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on success it takes the place of `path` in one step.

    The temporary name ends as `path` does, so libraries that look at the extension still work.
    On any error, a full disk included, the temporary file is removed and `path` is as it was.
    Raises `ConfigError` for a path without a name.
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
    finally:
        temporary.unlink(missing_ok=True)


def require_last_line(path: str | Path) -> None:
    """Raise `DataError`, naming the file, if its last line has no end: a cut number parses."""
    if not Path(path).read_bytes().endswith(b"\n"):
        raise DataError(f"{path}: its last line is cut off")
