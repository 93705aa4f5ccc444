"""Snakemake's record of each file that its jobs made: `.snakemake/metadata/<name of the file>`."""

import base64
import binascii
from collections.abc import Collection
from pathlib import Path

#: below the project.
FOLDER = Path(".snakemake/metadata")


def described(record: str | Path) -> str | None:
    """The file that a record is on, by the record's path below the project; None if it is none.

    The name is the path in base64, cut into folders that begin with @ where it is too long.
    """
    path = Path(record)
    if not path.is_relative_to(FOLDER):
        return None
    name = "".join(part.removeprefix("@") for part in path.relative_to(FOLDER).parts)
    try:
        return base64.b64decode(name, altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None


def find(project: Path, files: Collection[str]) -> list[Path]:
    """The records on `files` (paths below `project`), as paths below `project`, sorted."""
    found = (path for path in (project / FOLDER).rglob("*") if path.is_file())
    listed = (path.relative_to(project) for path in found)
    return sorted(path for path in listed if described(path) in files)
