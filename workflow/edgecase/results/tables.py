"""Collect cell folders into one tidy table: a row per cell, seed and round."""

import functools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from edgecase.base.documents import read_json
from edgecase.base.errors import DataError
from edgecase.base.tables import read_table
from edgecase.results.provenance import file_digest
from edgecase.results.records import LARGEST_SEED, read_cell
from edgecase.results.rounds import (
    CELL_AXES,
    ROUND_COLUMNS,
    TEXT_COLUMNS,
    check_numbers,
    read_rounds,
)
from edgecase.results.staleness import check_files

#: what comes before the round columns in every row.
CELL_COLUMNS = ("standin", *CELL_AXES, "seed")
TIDY_COLUMNS = (*CELL_COLUMNS, *ROUND_COLUMNS)


def read_starts(paths: Iterable[str | Path]) -> dict[str, dict[str, dict]]:
    """task → variant → the record of its starting model, by files `…/<task>/<variant>.json`.

    Raises `DataError`, naming the file, for one that is not JSON.
    """
    starts: dict[str, dict[str, dict]] = {}
    for path in map(Path, paths):
        record = read_json(path, "record of a starting model")
        starts.setdefault(path.parent.name, {})[path.stem] = record
    return starts


def read_partitions(paths: Iterable[str | Path]) -> dict[str, dict[str, dict[str, float]]]:
    """task → variant → the measures of its partition, mean over seeds, by files
    `…/<task>/<variant>/seed<S>.json`; a measure that a seed lacks is left out.

    Raises `DataError`, naming the file, for one that is not JSON.
    """
    records: dict[tuple[str, str], list[dict]] = {}
    for path in map(Path, paths):
        place = path.parent.parent.name, path.parent.name
        records.setdefault(place, []).append(read_json(path, "record of a partition"))
    found: dict[str, dict[str, dict[str, float]]] = {}
    for (task, variant), own in records.items():
        known = [name for name in own[0] if all(one.get(name) is not None for one in own)]
        means = {name: sum(one[name] for one in own) / len(own) for name in known}
        found.setdefault(task, {})[variant] = means
    return found


def tidy(
    directories: Iterable[str | Path], parameters: Sequence[str] = (), *, data_here: bool = True
) -> pd.DataFrame:
    """All rounds of all seeds of the cells in `directories`, with columns `TIDY_COLUMNS`.

    Each of `parameters`, a dotted path into the parameters of `cell.json` such as
    `defense.stddev`, becomes a further column, empty where a cell has no such parameter; one that
    is called as a column that is there, such as `num_clients`, begins with `parameters.`. One that
    begins with `audits.` is a seed's audit of that name.
    Raises `DataError`, naming the file, for a cell without one of the seeds it lists, for a CSV
    that is cut off or otherwise incomplete, for a cell given twice, and for one that was made from
    other data than those that are there (`edgecase.results.staleness`). That last is not asked
    without `data_here`: cells of another project may have been made from other data.
    """
    if taken := sorted(set(parameters) & set(TIDY_COLUMNS)):
        raise DataError(
            f"parameters: {taken[0]} is a column already; call it parameters.{taken[0]}"
        )
    parts, seen = [], {}
    digest = functools.cache(file_digest)  # cells share their data
    for directory in map(Path, directories):
        cell = read_cell(directory)
        axes = {axis: cell[axis] for axis in CELL_AXES}
        name = "/".join(axes.values())
        if name in seen:
            raise DataError(f"{directory}: cell {name} is already given by {seen[name]}")
        seen[name] = directory
        for seed in cell["seeds"]:
            rounds = read_rounds(directory / f"seed{seed}.csv", cell["parameters"]["rounds"])
            known = cell["parameters"] | {"audits": _parameter(cell, f"audits.{seed}")}
            given = {path: _parameter(known, path) for path in parameters}
            parts.append(rounds.assign(standin=cell["standin"], **axes, seed=seed, **given))
        if data_here:
            check_files(directory, cell, digest)
    if not parts:
        raise DataError("no cell directory is given; expected at least one")
    return pd.concat(parts, ignore_index=True)[[*TIDY_COLUMNS, *parameters]]


def read_tidy(path: str | Path) -> pd.DataFrame:
    """A table that `tidy` made, read back from CSV.

    Raises `DataError`, naming the file, for another table: other columns, a row without its cell,
    seed or numbers, or rounds of a cell and seed that are not 0, 1, 2 … in order.
    """
    types = dict.fromkeys((*CELL_AXES, *TEXT_COLUMNS), "string")
    types |= {"standin": "bool", "seed": "int64"}
    table = read_table(path, "tidy table", TIDY_COLUMNS, types=types, more=True)
    if (
        table[list(CELL_COLUMNS)].isna().any(axis=None)
        or not table["seed"].between(0, LARGEST_SEED).all()
    ):
        raise DataError(f"{path}: a row lacks its seed or the name of its cell")
    check_numbers(path, table)
    counted = table.groupby(list(CELL_COLUMNS), sort=False).cumcount()
    for row in table.index[table["fl_iter"] != counted]:
        raise DataError(
            f"{path}: line {row + 2} is round {table['fl_iter'][row]:g}; "
            f"expected round {counted[row]} of its cell and seed"
        )
    return table


def _parameter(parameters: Mapping, path: str) -> object:
    """The plain value at a dotted path, None if there is none."""
    value: object = parameters
    for key in path.removeprefix("parameters.").split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
