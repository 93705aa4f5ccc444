"""From cell directories to one tidy table: a row per cell, seed and round."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from edgecase.errors import DataError
from edgecase.files import require_last_line
from edgecase.results import CELL_AXES, ROUND_COLUMNS, TEXT_COLUMNS, read_rounds

#: what comes before the round columns in every row.
CELL_COLUMNS = ("standin", *CELL_AXES, "seed")
TIDY_COLUMNS = (*CELL_COLUMNS, *ROUND_COLUMNS)

_REQUIRED = {"seeds": list, "standin": bool, "parameters": dict} | dict.fromkeys(CELL_AXES, str)


def read_cell(directory: str | Path) -> dict:
    """The content of a cell's `cell.json`, with the keys every reader here needs checked.

    Raises `DataError`, naming the file, if it is missing, is not JSON, or lacks one of the axes,
    seeds (at least one), standin or parameters.
    """
    path = Path(directory) / "cell.json"
    try:
        cell = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{path}: not a readable description of a cell ({error})") from error
    if not isinstance(cell, dict):
        raise DataError(f"{path}: holds a {type(cell).__name__}; expected an object")
    for key, kind in _REQUIRED.items():
        if not isinstance(cell.get(key), kind):
            raise DataError(f"{path}: {key} is {cell.get(key)!r}; expected a {kind.__name__}")
    if not cell["seeds"] or len(set(map(str, cell["seeds"]))) != len(cell["seeds"]):
        raise DataError(f"{path}: seeds is {cell['seeds']}; expected at least one, each once")
    if not isinstance(cell["parameters"].get("rounds"), int):
        raise DataError(f"{path}: parameters.rounds is missing; expected a whole number")
    return cell


def read_starts(paths: Iterable[str | Path]) -> dict[str, dict[str, dict]]:
    """task → variant → the record of its starting model, by files `…/<task>/<variant>.json`.

    Raises `DataError`, naming the file, for one that is not JSON.
    """
    starts: dict[str, dict[str, dict]] = {}
    for path in map(Path, paths):
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise DataError(f"{path}: not a readable starting model's record ({error})") from error
        starts.setdefault(path.parent.name, {})[path.stem] = record
    return starts


def tidy(directories: Iterable[str | Path], parameters: Sequence[str] = ()) -> pd.DataFrame:
    """All rounds of all seeds of the cells in `directories`, with columns `TIDY_COLUMNS`.

    Each of `parameters`, a dotted path into the parameters of `cell.json` such as
    `defense.stddev`, becomes a further column, empty where a cell has no such parameter; one that
    is called as a column that is there, such as `num_clients`, begins with `parameters.`.
    Raises `DataError`, naming the file, for a cell without one of the seeds it lists, for a CSV
    that is cut off or otherwise incomplete, and for a cell given twice.
    """
    if taken := sorted(set(parameters) & set(TIDY_COLUMNS)):
        raise DataError(
            f"parameters: {taken[0]} is a column already; call it parameters.{taken[0]}"
        )
    parts, seen = [], {}
    for directory in map(Path, directories):
        cell = read_cell(directory)
        axes = {axis: cell[axis] for axis in CELL_AXES}
        name = "/".join(axes.values())
        if name in seen:
            raise DataError(f"{directory}: cell {name} is already given by {seen[name]}")
        seen[name] = directory
        for seed in cell["seeds"]:
            rounds = _read_complete(directory / f"seed{seed}.csv", cell["parameters"]["rounds"])
            given = {path: _parameter(cell["parameters"], path) for path in parameters}
            parts.append(rounds.assign(standin=cell["standin"], **axes, seed=seed, **given))
    if not parts:
        raise DataError("no cell directory is given; expected at least one")
    return pd.concat(parts, ignore_index=True)[[*TIDY_COLUMNS, *parameters]]


def read_tidy(path: str | Path) -> pd.DataFrame:
    """A table that `tidy` made, read back from CSV; `DataError`, naming the file, if it is not."""
    text = dict.fromkeys((*CELL_AXES, *TEXT_COLUMNS), "string")
    try:
        table = pd.read_csv(path, dtype=text | {"standin": "bool", "seed": "int64"})
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not a readable tidy table ({error})") from error
    if list(table.columns[: len(TIDY_COLUMNS)]) != list(TIDY_COLUMNS):
        raise DataError(
            f"{path}: its columns are {', '.join(table.columns)}; "
            f"expected {', '.join(TIDY_COLUMNS)}, then parameters"
        )
    require_last_line(path)
    return table


def _parameter(parameters: Mapping, path: str) -> object:
    """The plain value at a dotted path, None if there is none."""
    value: object = parameters
    for key in path.removeprefix("parameters.").split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _read_complete(path: Path, rounds: int) -> pd.DataFrame:
    """One seed's rounds 0 … `rounds`; `DataError` if the accepted attackers do not fit them."""
    table = read_rounds(path, rounds)
    accepted = pd.to_numeric(table["attacker_accepted"], errors="coerce")
    if (accepted.notna() != (table["num_attackers"] > 0)).any():
        raise DataError(
            f"{path}: attacker_accepted is to be a number in rounds with an attacker "
            "and empty in the others"
        )
    return table.assign(attacker_accepted=accepted)
