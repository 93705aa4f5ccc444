"""The archives in evidence/: cells that differ in defense and override alone share one.

Their rounds name the same clients, so that one compressed file of them is a third smaller than one
for each cell. Wall times have three significant digits: they are off by 0.5 % at most.
"""

import io
import json
import lzma
import tarfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from edgecase.base.errors import DataError
from edgecase.results.cells import Cell
from edgecase.results.finished import names
from edgecase.sharing.archive import plain_member
from edgecase.sharing.check import Found

RECORD = "cell.json"
#: a cell's files by name: its record, and rounds and wall times of each of its seeds.
Files = Mapping[str, bytes]
_ENDING = ".tar.xz"
_UNREADABLE = (OSError, EOFError, lzma.LZMAError, tarfile.TarError)


def files_of(found: Found) -> dict[str, bytes]:
    """The files of a finished cell as they are kept."""
    content = {path.name: (found.project / path).read_bytes() for path in found.files()}
    for seed in found.record["seeds"]:
        _, timing = names(seed)
        table = pd.read_csv(io.BytesIO(content[timing]))
        rounded = table.to_csv(index=False, float_format="%.3g", lineterminator="\n")
        content[timing] = rounded.encode()
    return content


def archive_of(cell: Cell) -> str:
    """The archive that a cell lies in, below its run's folder."""
    return f"{cell.task}/{cell.participation}/{cell.case}/{cell.attack}{_ENDING}"


def pack(cells: Mapping[Cell, Files]) -> dict[str, bytes]:
    """The archives of a run's cells: path below the run's folder → content.

    Equal cells give equal bytes.
    """
    groups = defaultdict(list)
    for cell, files in cells.items():
        for name, content in files.items():
            # Files of one name come one after the other: they are the ones that are alike.
            member = (name, f"{cell.defense}/{cell.override}/{name}", content)
            groups[archive_of(cell)].append(member)
    return {archive: _packed(sorted(members)) for archive, members in groups.items()}


def read(folder: Path) -> Iterator[tuple[Cell, dict[str, bytes]]]:
    """Each cell in a run's archives below `folder`, in order, and its files.

    `DataError` for an archive that is cut off, or holds another file than a cell's.
    """
    for group, path in sorted((_group(path, folder), path) for path in folder.rglob(f"*{_ENDING}")):
        cells = defaultdict(dict)
        try:
            with tarfile.open(path, "r:xz") as tar:
                for member in tar:
                    *axes, name = member.name.split("/")
                    cells[Cell(*group, *axes)][name] = _content(tar, member, path)
            for files in cells.values():
                _check(path, files)
        except (*_UNREADABLE, KeyError, ValueError, TypeError) as error:
            raise DataError(f"{path}: is no archive of cells, or cut off ({error})") from error
        yield from sorted(cells.items())


def compressed(content: bytes) -> bytes:
    return lzma.compress(content, preset=9 | lzma.PRESET_EXTREME)


def _group(path: Path, folder: Path) -> list[str]:
    """The axes that an archive's cells share."""
    return path.relative_to(folder).as_posix().removesuffix(_ENDING).split("/")


def _packed(members: list[tuple[str, str, bytes]]) -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for _, path, content in members:
            tar.addfile(plain_member(path, len(content)), io.BytesIO(content))
    return compressed(raw.getvalue())


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> bytes:
    stream = tar.extractfile(member) if member.isreg() else None
    if stream is None:
        raise DataError(f"{path}: {member.name} is no plain file")
    return stream.read()


def _check(path: Path, files: Files) -> None:
    seeds = json.loads(files[RECORD])["seeds"]
    expected = {RECORD, *(name for seed in seeds for name in names(seed))}
    if files.keys() != expected:
        raise DataError(f"{path}: holds {sorted(files)} of a cell; expected {sorted(expected)}")
