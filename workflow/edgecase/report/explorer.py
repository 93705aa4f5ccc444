"""Write the explorer: the curves of any cell by seed, its rounds, its parameters, its command."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from edgecase.report.packing import packed_text
from edgecase.report.page import MOST_BYTES
from edgecase.report.templating import render
from edgecase.results.records import read_cell
from edgecase.results.rounds import CELL_AXES, read_rounds

#: what the explorer knows of a round, by the names of the cells' CSV.
_COLUMNS = (
    *("fl_iter", "backdoor_acc", "main_task_acc", "adv_norm_diff", "honest_norm_mean"),
    *("num_attackers", "attacker_accepted", "num_clients", "num_accepted"),
)


def read_curves(directories: Iterable[str | Path]) -> list[dict]:
    """Of each cell its axes, parameters and command, and of each seed the rounds in columns.

    `accepted` are the ids of the clients that were kept, in the order of the round, -1 the extra
    attacker of fixed-freq. An empty value is None. Raises `DataError`, naming the file, for a cell
    that cannot be read.
    """
    return [_cell(Path(directory)) for directory in directories]


def _cell(directory: Path) -> dict:
    record = read_cell(directory)
    return {
        "axes": [record[axis] for axis in CELL_AXES],
        "standin": record["standin"],
        "parameters": record["parameters"],
        "command": record.get("command", ""),
        "seeds": {
            str(seed): _rounds(read_rounds(directory / f"seed{seed}.csv"))
            for seed in record["seeds"]
        },
    }


def _rounds(table: pd.DataFrame) -> dict[str, list]:
    columns = {name: _numbers(table[name]) for name in _COLUMNS}
    pairs = zip(table["client_ids"], table["refused_ids"], strict=True)
    return columns | {"accepted": [_kept(*pair) for pair in pairs]}


def _numbers(values: pd.Series) -> list[float | None]:
    """The values to four digits, as the page shows them."""
    return [None if pd.isna(value) else float(f"{value:.4g}") for value in values]


def _kept(took_part: object, refused: object) -> str:
    """The ids in `took_part` that are not in `refused`, both texts of ids or empty."""
    ids, out = ("" if pd.isna(each) else str(each) for each in (took_part, refused))
    gone = set(out.split())
    return " ".join(one for one in ids.split() if one not in gone)


def explorer_page(run: str, cells: Sequence[dict], vega: str) -> str:
    """The page of `cells` (see `read_curves`), with `vega` as what draws: Vega-Lite's JavaScript.

    It needs no network. Where all rounds exceed the size of a page in the report, it holds every
    second, fourth, … round and the last, and says so.
    """
    drawing = packed_text(vega)
    every = 1
    while True:
        thinned = cells if every == 1 else [_every(cell, every) for cell in cells]
        context = {
            "run": run,
            "standin": any(cell["standin"] for cell in cells),
            "every": every,
            "vega": drawing,
            "cells": packed_text(json.dumps({"axes": CELL_AXES, "cells": thinned})),
        }
        page = render("explorer.html", context)
        longest = max(len(seed["fl_iter"]) for cell in thinned for seed in cell["seeds"].values())
        if len(page.encode()) <= MOST_BYTES or longest <= 2:
            return page
        every = 2 * every


def _every(cell: dict, step: int) -> dict:
    """The cell with every `step`-th round of each seed, and the last."""
    seeds = {}
    for seed, columns in cell["seeds"].items():
        last = len(columns["fl_iter"]) - 1
        kept = sorted({*range(0, last + 1, step), last})
        seeds[seed] = {name: [values[at] for at in kept] for name, values in columns.items()}
    return cell | {"seeds": seeds}
