"""Write down which files a folder had, and tell whether it has changed since."""

import csv
import hashlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from edgecase.base.errors import DataError
from edgecase.base.files import atomic_path
from edgecase.datasets.photographs.problems import named
from edgecase.datasets.photographs.records import FileRecord
from edgecase.datasets.photographs.tree import list_images, list_tree

#: column → field of `FileRecord`
_COLUMNS = {
    "path": "path",
    "class": "class_name",
    "split": "split",
    "width": "width",
    "height": "height",
    "mode": "mode",
    "bytes": "bytes",
    "sha256": "sha256",
    "near_duplicate_of": "near_duplicate_of",
}
_NUMBERS = ("width", "height", "bytes")


def write_index(path: str | Path, records: Iterable[FileRecord]) -> None:
    """Write the records as CSV, one line per file; equal records give equal bytes."""
    with (
        atomic_path(path) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as handle,
    ):
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(_COLUMNS)
        for record in records:
            writer.writerow([getattr(record, field) for field in _COLUMNS.values()])


def read_index(path: str | Path) -> tuple[FileRecord, ...]:
    """The records that `write_index` wrote. Raises `DataError`, naming the file, for others."""
    try:
        with Path(path).open(encoding="utf-8", newline="") as handle:
            header, *rows = csv.reader(handle, strict=True)
        if header != list(_COLUMNS):
            raise ValueError(f"its columns are {', '.join(header)}; expected {', '.join(_COLUMNS)}")
        records = [_record(row) for row in rows]
    except (OSError, ValueError, csv.Error) as error:
        raise DataError(f"{path}: not a readable index of a folder ({error})") from error
    numbers = {name: number for number, name in enumerate(sorted({r.class_name for r in records}))}
    return tuple(
        replace(record, class_index=numbers[record.class_name] if record.class_name else -1)
        for record in records
    )


def changes(folder: str | Path, path: str | Path) -> str | None:
    """What differs between `folder` and its index at `path`, in words; None if nothing does.

    Names and sizes are compared first. Where those agree, a file that was touched after the index
    was written is read and its digest compared; no other file is opened.
    """
    records = {record.path: record for record in read_index(path)}
    folder = Path(folder)
    try:
        found = _paths(folder, any(record.class_name for record in records.values()))
    except DataError as error:
        return str(error)
    # A link that leads nowhere is a missing file.
    status = {name: (folder / name).stat() for name in found if (folder / name).exists()}
    shared = [name for name in status if name in records]
    written = Path(path).stat().st_mtime
    differing = [name for name in shared if status[name].st_size != records[name].bytes]
    # The time of the last change of the entry, too: a file moved to this place keeps its own time.
    differing += [
        name
        for name in shared
        if status[name].st_size == records[name].bytes
        and max(status[name].st_mtime, status[name].st_ctime) > written
        and _sha256(folder / name) != records[name].sha256
    ]
    parts = {
        "new": sorted(set(status) - set(records)),
        "missing": sorted(set(records) - set(status)),
        "of another content": sorted(differing),
    }
    if not any(parts.values()):
        return None
    told = [f"{len(names)} {what}: {named(names)}" for what, names in parts.items() if names]
    return f"{folder}: has changed since {path} was written; files {'; '.join(told)}"


def _paths(folder: Path, classes: bool) -> list[str]:
    if classes:
        tree = list_tree(folder)
        return [path for path, _ in (*tree.train, *tree.test)]
    edges = list_images(folder)
    return [*edges.train, *edges.honest, *edges.test]


def _record(row: list[str]) -> FileRecord:
    """The record of a line, its class not yet numbered."""
    fields: dict = dict(zip(_COLUMNS.values(), row, strict=True))
    fields |= {name: int(fields[name]) for name in _NUMBERS}
    return FileRecord(class_index=-1, **fields)


def _sha256(path: Path) -> str:
    """The digest of the file; empty, which none is, if it cannot be read."""
    try:
        with path.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError:
        return ""
