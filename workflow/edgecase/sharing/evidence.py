"""Keep the measured cells of long runs in the repository: rounds, wall times, records; no states.

`evidence/<run>/` holds `run.json`, the run's configuration and commit, and the archives of finished
cells (`edgecase.sharing.packed`). A cell's record has the digests of its rounds. Beside the cells
lie the models that they start from, without which no other processor could go on with them
(`edgecase.results.starts`), and what claims are judged on besides: the log-densities of figure 2
and the log of looks.
"""

import json
import lzma
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from edgecase.base.documents import read_json
from edgecase.base.errors import DataError
from edgecase.base.files import atomic_path
from edgecase.results import starts
from edgecase.results.cells import Cell
from edgecase.results.finished import names
from edgecase.results.layout import Run
from edgecase.results.provenance import file_digest
from edgecase.results.records import digests, read_cell
from edgecase.sharing import packed
from edgecase.sharing.check import Found, find

#: of all evidence: it lies in every clone. A starting model that is larger than the second, or than
#: the third for each cell that starts from it, is left out.
MOST_BYTES, MOST_OF_A_START, MOST_PER_CELL = 10_000_000, 2_500_000, 500_000
_ABOUT, _STARTS = "run.json", "pretrain"
#: what of a run is kept beside its cells: name, its place in the run.
_TABLES = {"fig2": lambda run: run.table("fig2"), "looks": lambda run: run.looks}
_TABLE = ".csv.xz"


def keep(
    config: Mapping, configfiles: Sequence[str], commit: str, project: Path, evidence: Path
) -> list[Cell]:
    """Put every finished cell of the run into the folder `evidence`; the cells that are new there.

    Cells that are there and not in the project stay. Nothing is written if all of it would be more
    than `MOST_BYTES`, which raises `DataError`.
    """
    folder = evidence / config["run"]
    found = find(project, config["run"])
    before = dict(packed.read(folder))
    finished = {one.cell: packed.files_of(one) for one in found}
    new = [cell for cell, content in finished.items() if before.get(cell) != content]
    changed = {packed.archive_of(cell) for cell in new}
    cells = (before | finished).items()
    packs = packed.pack({cell: each for cell, each in cells if packed.archive_of(cell) in changed})
    files = {folder / name: content for name, content in packs.items()}
    files |= {folder / _STARTS / name: content for name, content in _starts(found).items()}
    for name, place in _TABLES.items():
        if (path := project / place(Run(config["run"]))).is_file():
            files[folder / f"{name}{_TABLE}"] = packed.compressed(path.read_bytes())
    there = (path for kind in ("*.xz", "*.safetensors") for path in evidence.rglob(kind))
    stays = sum(path.stat().st_size for path in there if path not in files)
    total = stays + sum(map(len, files.values()))
    if total > MOST_BYTES:
        raise DataError(f"{evidence}: would hold {total} bytes; allowed: {MOST_BYTES}")
    about = {"configfiles": list(configfiles), "commit": commit, "config": config}
    _write(folder / _ABOUT, (json.dumps(about, indent=1) + "\n").encode())
    for path, content in files.items():
        _write(path, content)
    return new


def runs(evidence: Path) -> list[str]:
    """The runs that the folder `evidence` holds."""
    return sorted(path.parent.name for path in evidence.glob(f"*/{_ABOUT}"))


def about(evidence: Path, run: str) -> dict:
    """What is known of a run: `config`, its `configfiles` and the `commit` that it ran at."""
    return read_json(evidence / run / _ABOUT, "description of a run's evidence")


def unpack(evidence: Path, run: str, project: Path) -> list[Cell]:
    """Put a run's evidence, cells and tables, in its places below `project`, and name the cells.

    `DataError` for an archive that is cut off, holds another file than a cell's, or rounds that are
    not those that its record vouches for.
    """
    cells = []
    for cell, content in packed.read(evidence / run):
        _place(content, project / Run(run).cell(cell))
        cells.append(cell)
    for name, place in _TABLES.items():
        if (path := evidence / run / f"{name}{_TABLE}").is_file():
            try:
                content = lzma.decompress(path.read_bytes())
            except lzma.LZMAError as error:
                raise DataError(f"{path}: is cut off ({error})") from error
            _write(project / place(Run(run)), content)
    return cells


def offer(evidence: Path, run: str, project: Path) -> int:
    """Lay the seeds of a run's evidence where its cells find finished ones; how many they are.

    A cell that runs takes over every seed that it would train to the same bytes
    (`results.finished`), and trains the others. A cell that has been run here is left alone. The
    starting models are laid where their trainings find them.
    """
    layout, count = Run(run), 0
    for cell, content in packed.read(evidence / run):
        if (project / layout.record(cell)).exists():
            continue
        record = content[packed.RECORD]
        for seed in json.loads(record)["seeds"]:
            files = {name: content[name] for name in names(seed)} | {packed.RECORD: record}
            _place(files, project / layout.finished(cell) / f"seed{seed}")
            count += 1
    for path in (evidence / run / _STARTS).rglob("*.safetensors"):
        start = path.relative_to(evidence / run).with_suffix("").as_posix()
        folder = project / layout.finished(start)
        _write(folder / starts.MODEL, path.read_bytes())
        _write(folder / starts.RECORD, path.with_suffix(".json").read_bytes())
    return count


def _starts(found: Iterable[Found]) -> dict[str, bytes]:
    """The models that cells start from, with their records: path below `pretrain/` → content.

    One that is no more what the cell's record vouches for is left out.
    """
    vouched = Counter(  # many cells start from one model
        (one.project, one.results / _STARTS, Path(name), digest)
        for one in found
        for name, digest in one.data.items()
    )
    files = {}
    for (project, folder, name, digest), cells in vouched.items():
        path = project / name
        if not name.is_relative_to(folder) or not path.is_file():
            continue
        most = min(MOST_OF_A_START, cells * MOST_PER_CELL)
        if path.stat().st_size <= most and file_digest(path) == digest:
            for each in (name, name.with_suffix(".json")):
                files[each.relative_to(folder).as_posix()] = (project / each).read_bytes()
    return files


def _place(content: Mapping[str, bytes], folder: Path) -> None:
    """Write a cell's files, the record last, which vouches for the rounds."""
    for name in sorted(content, key=lambda name: name == packed.RECORD):
        _write(folder / name, content[name])
    vouched = digests(folder / packed.RECORD, read_cell(folder), "rounds")
    for name in content.keys() & vouched.keys():
        if file_digest(folder / name) != vouched[name]:
            raise DataError(f"{folder / name}: is not what its {packed.RECORD} vouches for")


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)
