"""Say what an edit of the configuration costs: cells made again, by what changed, and time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from edgecase.base.errors import DataError, EdgecaseError
from edgecase.plan.estimate import duration, hours, remaining
from edgecase.plan.speed import Machine, load
from edgecase.results import staleness
from edgecase.results.cells import Cell
from edgecase.results.finished import names
from edgecase.results.records import read_cell
from edgecase.results.rounds import read_timing

#: lines about edits, and keys in a line, that are shown.
_MOST_LINES, _MOST_KEYS = 8, 4


@dataclass(frozen=True)
class Due:
    """A cell that a run is about to make: its folder, its parameters and the digest of its code."""

    cell: Cell
    folder: Path
    parameters: Mapping
    code: str


def costs(due: Iterable[Due], seeds: Sequence[int], at_once: int) -> tuple[list[str], list[Cell]]:
    """A line per kind of change, with the finished cells it makes again; and the cells never made.

    The time follows from the rounds' wall times in those cells: seconds of a round × rounds ×
    seeds to train, `at_once` cells at a time. Where a cell has none that can be read, the line
    has no time.

    A line reads `eps 0.5 → 0.7: 3 cells, about 4 min`.
    """
    again: dict[str, list[float | None]] = {}
    new = []
    for one in due:
        try:
            made = read_cell(one.folder)
        except DataError:
            new.append(one.cell)
            continue
        changed = staleness.changes(made, parameters=one.parameters, seeds=seeds, code=one.code)
        train = set(seeds) - set(made["seeds"]) if changed.keys() == {"seeds"} else set(seeds)
        seconds = _seconds(one.folder, made, one.parameters["rounds"], len(train))
        again.setdefault(_told(changed), []).append(seconds)
    lines = [f"{told}: {_cells(found, at_once)}" for told, found in again.items()]
    hidden = len(lines) - _MOST_LINES
    return lines[:_MOST_LINES] + ([f"{hidden} more changes"] if hidden > 0 else []), new


def never_made(config: Mapping, results: Path, cells: Sequence[Cell], machine: Machine) -> str:
    """A line on cells that a run makes for the first time.

    It has a time if `snakemake plan` measured this machine for them (`results/calibration.json`);
    the starting models that they lack are in it.
    """
    line = f"not made yet: {_count(len(cells))}"
    calibration = load(results / "calibration.json")
    try:
        left = remaining(config, results, cells)
        if calibration is None or calibration.key != machine.key():
            return line
        return f"{line}, about {duration(hours(left, calibration))}"
    except (EdgecaseError, KeyError):
        return line


def _told(changed: Mapping[str, tuple[str, str]]) -> str:
    """What changed in a cell, without the digests of code, which say nothing to a reader."""
    texts = [
        "code changed" if key == "code" else f"{key} {old} → {new}"
        for key, (old, new) in changed.items()
    ]
    hidden = len(texts) - _MOST_KEYS
    shown = texts[:_MOST_KEYS] + ([f"{hidden} more keys"] if hidden > 0 else [])
    return ", ".join(shown) or "input files or a lost file"


def _seconds(folder: Path, made: Mapping, rounds: int, seeds: int) -> float | None:
    """Seconds that `seeds` of a cell with this many rounds take; None if it kept no wall times."""
    try:
        spent = [
            read_timing(folder / names(seed)[1]).drop(columns="fl_iter").to_numpy().sum()
            for seed in made["seeds"]
        ]
    except DataError:
        return None
    return float(sum(spent)) / len(spent) / made["parameters"]["rounds"] * rounds * seeds


def _cells(found: Sequence[float | None], at_once: int) -> str:
    known = [seconds for seconds in found if seconds is not None]
    if len(known) < len(found):
        return _count(len(found))
    needed = sum(known) / max(1, min(at_once, len(found))) / 3600
    return f"{_count(len(found))}, about {duration(needed)}"


def _count(number: int) -> str:
    return f"{number} cell{'' if number == 1 else 's'}"
