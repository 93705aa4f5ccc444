"""Whether the files of a cell can be what a run left: its description and each seed's rounds."""

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from edgecase.base.documents import read_json
from edgecase.base.errors import DataError, shown
from edgecase.results.rounds import CELL_AXES, TEXT_COLUMNS

if TYPE_CHECKING:
    import pandas as pd

#: the limits of config/schemas/config.schema.yaml.
MOST_ROUNDS = 1_000_000
LARGEST_SEED = 2**32 - 1

_REQUIRED = {"seeds": list, "standin": bool, "parameters": dict} | dict.fromkeys(CELL_AXES, str)
_NAME = re.compile("[a-z0-9]+([.-][a-z0-9]+)*")
_ID = "(?:-1|0|[1-9][0-9]{0,8})"
_IDS = re.compile(f"(?:{_ID}(?: {_ID})*)?")
#: column of whole numbers → the column that is never below it.
_COUNTS = {
    "num_clients": None,
    "num_attackers": "num_clients",
    "num_accepted": "num_clients",
    "attacker_accepted": "num_attackers",
    "num_clipped": "num_clients",
    "defense_iterations": None,
}


def read_cell(directory: str | Path) -> dict:
    """The content of a cell's `cell.json`, with the keys every reader needs checked.

    These are the axes, standin, seeds, parameters.rounds and parameters.evaluate_every. Raises
    `DataError`, naming file and key, if the file is missing, is not JSON, or has another value
    there than a cell's; or if the axes are not those of the folder, where it lies in `cells/`.
    """
    path = Path(directory) / "cell.json"
    cell = read_json(path, "description of a cell")
    for key, kind in _REQUIRED.items():
        if not isinstance(cell.get(key), kind):
            raise DataError(f"{path}: {key} is {shown(cell.get(key))}; expected a {kind.__name__}")
    _check_axes(path, cell)
    seeds = cell["seeds"]
    sound = all(_is_whole(seed, 0, LARGEST_SEED) for seed in seeds)
    if not (seeds and sound and len(set(seeds)) == len(seeds)):
        raise DataError(
            f"{path}: seeds is {shown(seeds)}; expected whole numbers from 0 to {LARGEST_SEED}, "
            "at least one and each once"
        )
    parameters = {"evaluate_every": 1} | cell["parameters"]
    for key in ("rounds", "evaluate_every"):
        if not _is_whole(parameters.get(key), 1, MOST_ROUNDS):
            raise DataError(
                f"{path}: parameters.{key} is {shown(parameters.get(key))}; "
                f"expected a whole number from 1 to {MOST_ROUNDS}"
            )
    return cell


def digests(path: str | Path, cell: Mapping, key: str) -> dict[str, str]:
    """File → sha256, as the record in the file `path` has them under `key`; `DataError` if not."""
    listed = cell.get(key)
    if not isinstance(listed, dict) or not all(isinstance(d, str) for d in listed.values()):
        raise DataError(f"{path}: {key} is {shown(listed)}; expected files and their sha256")
    return listed


def check_participants(path: str | Path, table: "pd.DataFrame") -> None:
    """Raise `DataError`, naming file, round and column, if counts and ids do not fit together.

    `table` holds one seed's rounds as `results.read_rounds` gives them, but `attacker_accepted` as
    numbers.
    """
    for name, limit in _COUNTS.items():
        counts = table[name].fillna(0)
        most = table[limit] if limit else math.inf
        for row in table.index[(counts < 0) | (counts % 1 != 0) | (counts > most)]:
            upward = f" to {table[limit][row]:g}, its {limit}" if limit else ""
            raise DataError(
                f"{path}: {name} is {counts[row]:g} in round {table['fl_iter'][row]}; "
                f"expected a whole number from 0{upward}"
            )
    columns = ["fl_iter", "num_clients", "num_accepted", *TEXT_COLUMNS]
    for row in table[columns].fillna("").to_dict("records"):
        if problem := _ids_problem(row):
            raise DataError(f"{path}: round {row['fl_iter']}: {problem}")


def _check_axes(path: Path, cell: Mapping) -> None:
    for axis in CELL_AXES:
        if not _NAME.fullmatch(cell[axis]):
            raise DataError(
                f"{path}: {axis} is {shown(cell[axis])}; expected lower-case letters and digits, "
                "joined by single hyphens or dots"
            )
    above, *folders = path.parent.absolute().parts[-1 - len(CELL_AXES) :]
    if above == "cells":
        for axis, folder in zip(CELL_AXES, folders, strict=True):
            if cell[axis] != folder:
                raise DataError(
                    f"{path}: {axis} is '{cell[axis]}'; its folder is that of '{folder}'"
                )


def _is_whole(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _ids_problem(row: Mapping) -> str:
    """What is wrong with the ids of a round; empty if nothing is."""
    for name in TEXT_COLUMNS:
        ids = row[name].split()
        if not _IDS.fullmatch(row[name]) or len(set(ids)) < len(ids):
            return f"{name} is {shown(row[name])}; expected whole numbers from -1, each once"
    clients, refused, diverged = (row[name].split() for name in TEXT_COLUMNS)
    if len(clients) != row["num_clients"]:
        return f"num_clients is {row['num_clients']:g}; client_ids holds {len(clients)}"
    if strange := set(refused) - set(clients):
        return f"refused_ids holds {min(strange)}, which is not in client_ids"
    if strange := set(diverged) - set(refused):
        return f"diverged_ids holds {min(strange)}, which is not in refused_ids"
    if row["num_accepted"] != len(clients) - len(refused):
        return (
            f"num_accepted is {row['num_accepted']:g}; of {len(clients)} clients "
            f"{len(refused)} are in refused_ids"
        )
    return ""
