"""The cells of several machines in one project; nothing at all where they do not fit together."""

import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from edgecase.base.errors import ConfigError, DataError
from edgecase.results.cells import Cell, all_cells
from edgecase.results.provenance import file_digest
from edgecase.sharing import metadata
from edgecase.sharing.check import Found, find, problems
from edgecase.sharing.staging import place, staging


@dataclass(frozen=True)
class Merged:
    """How many cells each folder gave, and the cells of the run that no folder has."""

    taken: Mapping[Path, int]
    missing: Sequence[Cell]


def merge(config: Mapping, sources: Sequence[Path], target: Path) -> Merged:
    """Bring the cells of `sources` into the project `target`, with all that they were made from.

    A source is a project folder, or its `results/<run>`. Nothing is copied unless everything fits:
    `DataError` lists every cell that is cut off, was run with other parameters, seeds or code, or
    from other data or versions than another cell, and every cell that two folders have with
    different bytes. `ConfigError` names a source that has no results of the run.
    """
    run, cells = config["run"], all_cells(config)
    projects = [_project(source, run) for source in sources]
    own = [found for found in find(target, run) if found.cell in set(cells)]
    theirs = [found for project in projects for found in find(project, run)]
    told = problems([*own, *theirs], config, cells)
    if not told:
        told = [*_overlaps([*own, *theirs]), *_altered(theirs, target)]
    if told:
        raise DataError("\n".join(told))

    have = {found.cell for found in own}
    taken = {found.cell: found for found in reversed(theirs) if found.cell not in have}
    wanted = _files(taken.values(), target)
    with staging(target) as folder:
        for file, project in wanted.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(project / file, folder / file)
        place(folder, target, wanted, also=[file for found in own for file in found.files()])
    given = [found.project for found in taken.values()]
    return Merged(
        {source: given.count(project) for source, project in zip(sources, projects, strict=True)},
        [cell for cell in cells if cell not in have | taken.keys()],
    )


def _project(source: Path, run: str) -> Path:
    """The project folder that `source` is or lies in."""
    for project in (source, source.absolute().parent.parent):
        results = project / "results" / run
        if (results / "cells").is_dir() and source.resolve() in (
            project.resolve(),
            results.resolve(),
        ):
            return project
    raise ConfigError(f"{source}: has no results/{run}/cells")


def _overlaps(found: Iterable[Found]) -> Iterable[str]:
    """Cells that two folders have, and not byte for byte."""
    first: dict[Cell, Found] = {}
    for cell in found:
        other = first.setdefault(cell.cell, cell)
        for file in cell.files(timing=False):
            if (cell.project / file).read_bytes() != (other.project / file).read_bytes():
                yield f"{cell.project / file}: is not that of {other.project}"


def _altered(found: Iterable[Found], target: Path) -> Iterable[str]:
    """Data files that are not what the cells were made from, here or where these come from."""
    made_from: dict[Path, dict[Path, str]] = defaultdict(dict)
    for cell in found:
        for name, digest in cell.data.items():
            for project in (cell.project, target):
                made_from[project][Path(name)] = digest
    for project, data in made_from.items():
        for path, digest in data.items():
            if (project / path).exists() and file_digest(project / path) != digest:
                yield f"{project / path}: is not what the cells were made from ({digest[:12]}…)"


def _files(taken: Iterable[Found], target: Path) -> dict[Path, Path]:
    """What is to be copied, in order: file → the project it comes from. What is there stays."""
    upstream, cells, known = {}, {}, {}
    for found in taken:
        for name in found.data:
            for file in _with_companions(Path(name), found):
                if (found.project / file).is_file() and not (target / file).exists():
                    upstream.setdefault(file, found.project)
        log = found.results / "logs" / "cells" / f"{found.cell.folder}.log"
        has_log = [log] if (found.project / log).is_file() else []
        cells |= dict.fromkeys([*has_log, *found.files()], found.project)
    files = upstream | cells
    for project in dict.fromkeys(files.values()):
        own = {file.as_posix() for file, source in files.items() if source == project}
        known |= dict.fromkeys(metadata.find(project, own), project)
    # Before the files they are on: Snakemake never meets one without its record.
    return known | files


def _with_companions(data: Path, found: Found) -> list[Path]:
    """A file that a cell read, the tables and records made with it, and their log."""
    try:
        below = data.relative_to(found.results)
    except ValueError:
        return [data]  # of results/data: its companions are not of this run
    stem = PurePosixPath(below).with_suffix("")
    others = [
        path.relative_to(found.project)
        for path in sorted((found.project / data).parent.glob(f"{data.stem}.*"))
    ]
    return [found.results / "logs" / f"{stem}.log", *others]
