"""Whether the cells found in a folder are those of a configuration, and of one and the same run."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from edgecase.base.errors import DataError
from edgecase.config import resolve_cell
from edgecase.results import code
from edgecase.results.cells import Cell
from edgecase.results.layout import Run
from edgecase.results.records import digests, read_cell
from edgecase.results.rounds import read_timing
from edgecase.results.staleness import differences
from edgecase.results.tables import tidy


@dataclass(frozen=True)
class Found:
    """A finished cell in the results of a run below `project`."""

    project: Path
    run: str
    cell: Cell

    @property
    def results(self) -> Path:
        return Path(Run(self.run).results)

    @property
    def folder(self) -> Path:
        """Below the project, as all paths here."""
        return Path(Run(self.run).cell(self.cell))

    @cached_property
    def record(self) -> dict:
        """Its `cell.json`; `DataError` if that is none."""
        return read_cell(self.project / self.folder)

    @cached_property
    def data(self) -> dict[str, str]:
        """The digest of every file that it was made from; `DataError` if the record has none."""
        return digests(self.project / self.folder / "cell.json", self.record, "data")

    def files(self, *, timing: bool = True) -> list[Path]:
        """Its CSVs, and its record last; without wall times, they are equal in equal runs."""
        kinds = ("csv", "timing.csv") if timing else ("csv",)
        names = [f"seed{seed}.{kind}" for seed in self.record["seeds"] for kind in kinds]
        return [self.folder / name for name in [*names, "cell.json"]]


def find(project: Path, run: str) -> list[Found]:
    """The finished cells in `results/<run>` below `project`: those with a `cell.json`."""
    root = project / Run(run).cell("")
    records = sorted(root.glob("/".join(["*"] * 6 + ["cell.json"])))
    return [Found(project, run, Cell(*path.parent.relative_to(root).parts)) for path in records]


def problems(found: Iterable[Found], config: Mapping, cells: Iterable[Cell]) -> list[str]:
    """What is wrong with each of the `found`, and in what they differ; `cells` are the run's."""
    listed, known = list(found), set(cells)
    told = {cell: list(_own_problems(cell, config, known)) for cell in listed}
    sound = [cell for cell in listed if not told[cell]]
    return [*(text for texts in told.values() for text in texts), *_differences(sound)]


def _own_problems(found: Found, config: Mapping, known: set[Cell]) -> Iterable[str]:
    where = found.project / found.folder
    if found.cell not in known:
        yield f"{where}: is no cell of the configuration"
        return
    try:
        record = found.record
        tidy([where])
        data = found.data
        for seed in record["seeds"]:
            read_timing(where / f"seed{seed}.timing.csv", record["parameters"]["rounds"])
    except DataError as error:
        yield str(error)
        return
    wanted = resolve_cell(config, found.cell)
    own = code.digest_for("cell", wanted)
    for text in differences(record, parameters=wanted, seeds=config["seeds"], code=own):
        yield f"{where}: {text}"
    if not isinstance(record.get("versions"), dict):
        yield f"{where}/cell.json: versions is {record.get('versions')!r}; expected an object"
    if outside := [name for name in data if not _is_below_results(Path(name))]:
        yield f"{where}/cell.json: data names {outside[0]}, which is no path below results/"


def _is_below_results(path: Path) -> bool:
    return path.parts[:1] == ("results",) and ".." not in path.parts


def _differences(found: Iterable[Found]) -> Iterable[str]:
    """Data files and versions that are not the same in all cells."""
    seen: dict[str, dict[str, list[Found]]] = defaultdict(lambda: defaultdict(list))
    for cell in found:
        for path, digest in cell.data.items():
            seen[path][digest].append(cell)
        for name, version in cell.record["versions"].items():
            # A patch release of Python decides no number.
            kept = ".".join(str(version).split(".")[:2]) if name == "python" else str(version)
            seen[f"version of {name}"][kept].append(cell)
    for what, values in seen.items():
        if len(values) > 1:
            named = "; ".join(
                f"{value[:12]} in {len(cells)} cells, such as {cells[0].project / cells[0].folder}"
                for value, cells in values.items()
            )
            yield f"{what}: not the same in all cells: {named}"
