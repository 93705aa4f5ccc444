"""Check that the description of a cell, its `cell.json`, is complete."""

import re
from collections.abc import Mapping
from pathlib import Path

from edgecase.base.documents import read_json
from edgecase.base.errors import DataError, shown
from edgecase.results.rounds import CELL_AXES

#: the limits of config/schemas/config.schema.yaml.
MOST_ROUNDS = 1_000_000
LARGEST_SEED = 2**32 - 1

_REQUIRED = {"seeds": list, "standin": bool, "parameters": dict} | dict.fromkeys(CELL_AXES, str)
_NAME = re.compile("[a-z0-9]+([.-][a-z0-9]+)*")


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
