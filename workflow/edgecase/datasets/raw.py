"""Read the raw files of a source, each only if its content is what was published."""

import csv
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edgecase.base.errors import DataError
from edgecase.datasets.digests import Digests


def rows(reader: Any, path: Path) -> Iterator[list[str]]:
    """The rows of a CSV reader; what it cannot read is named by file and line."""
    try:
        yield from reader
    except csv.Error as error:
        raise DataError(f"{path}: line {reader.line_num}: {error}") from error


@dataclass(frozen=True)
class RawFiles:
    """A folder of downloads, and the published digests of each file in it that is known.

    `elsewhere` names the folder of a file that lies in another one.
    """

    folder: Path
    digests: Mapping[str, Digests]
    elsewhere: Mapping[str, Path] = field(default_factory=dict)

    def path(self, name: str) -> Path:
        """Where a file lies."""
        return self.elsewhere.get(name, self.folder) / name

    def content(self, name: str) -> bytes:
        """All of a file. Raises `DataError` unless its sha256 is known and the right one."""
        path = self.path(name)
        digests = self.digests.get(name)
        if digests is None or digests.sha256 is None:
            raise DataError(f"{path}: is not opened, for its sha256 is not known; state it")
        if not path.is_file():
            raise DataError(f"{path}: missing ({digests.strongest})")
        content = path.read_bytes()
        if problem := digests.judge(path, hashlib.sha256(content).hexdigest()):
            raise DataError(f"{path}: {problem}")
        return content
