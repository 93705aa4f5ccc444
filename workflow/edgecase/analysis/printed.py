"""The one curve the authors print, and ours beside it: their notebook's ARDIS run on EMNIST.

Black-box, no defense, period 10, 500 rounds; smoothed, and read off to ±2 points.
"""

from __future__ import annotations

from collections.abc import Mapping

from edgecase.analysis import curves
from edgecase.base.lazy import pandas as pd
from edgecase.results.attacks import attacked

TASKS = ("emnist-ardis", "mnist-ardis")
PARTICIPATION = "fixed-freq-10"
_AXES = {"participation": PARTICIPATION, "attack": "blackbox", "defense": "no-defense"}
TOLERANCE = 2.0  # points of accuracy

_ROUNDS = (10, 25, 50, 100, 150, 200, 250, 300, 400, 499)

#: case → round → backdoor accuracy, %
BACKDOOR = {
    "edge-case": dict(zip(_ROUNDS, (28, 50, 69, 77, 82, 83, 82, 83, 85, 84), strict=True)),
    "normal-case": dict(zip(_ROUNDS, (32, 45, 52, 44, 39, 33, 30, 28, 28, 22), strict=True)),
}

#: round → main accuracy, %, the same in both cases
MAIN = dict(zip(_ROUNDS, (93.9, 96.7, 98.0, 98.7, 99.1, 99.1, 99.1, 99.1, 99.4, 99.4), strict=True))

#: case → round → lower and upper end of the attacker's norm difference
NORM_DIFFERENCE = {
    "edge-case": {1: (2.3, 2.6), 100: (1.0, 1.0), 200: (0.8, 0.8), 500: (0.45, 0.45)},
    "normal-case": {1: (2.3, 2.8), 100: (1.75, 1.75), 200: (1.35, 1.35), 500: (0.95, 0.95)},
}

#: (quantity, its column, case, what is printed of it)
_CURVES = (
    *(("backdoor", "backdoor_acc", case, points) for case, points in BACKDOOR.items()),
    *(("main", "main_task_acc", case, MAIN) for case in BACKDOOR),
)


def repeating(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of a tidy table that are of the run that the authors print, on real data."""
    like = table["task"].isin(TASKS) & ~table["standin"].astype(bool)
    for axis, value in _AXES.items():
        like &= table[axis] == value
    return table[like]


def beside(runs: pd.DataFrame) -> pd.DataFrame:
    """Our accuracies beside the printed ones, of black-box cells of one task without a defense.

    `runs` is tidy; seeds in which no attacker acted do not count. Ours is what theirs is, the mean
    of 10 rounds up to the printed one, of those that were tested; mean, low and high are its mean,
    lowest and highest over the seeds. Columns: quantity ("backdoor" or "main"), case, fl_iter,
    printed, seeds, mean, low, high (all %), and inside, whether mean is within `TOLERANCE` of
    printed. A round that none of ours were tested before has no row.
    """
    runs = attacked(runs)
    tables = [
        _ours(runs[runs["case"] == case], column, points).assign(quantity=quantity, case=case)
        for quantity, column, case, points in _CURVES
    ]
    table = pd.concat(tables).reset_index().dropna(subset="mean")
    table["inside"] = (table["mean"] - table["printed"]).abs().round(6) <= TOLERANCE
    columns = ["quantity", "case", "fl_iter", "printed", "seeds", "mean", "low", "high", "inside"]
    return table[columns]


def to_markdown(by_run: Mapping[str, pd.DataFrame]) -> str:
    """The tables of `beside` of several runs as one in Markdown, with a column per printed round.

    Ours is the mean over the seeds, of several with the lowest and the highest; the last column
    counts the rounds at which the mean is within `TOLERANCE` of what is printed.
    """
    rows = []
    for quantity, _, case, points in _CURVES:
        name = f"{quantity}, {case}"
        rows.append([name, "printed", *points.values(), ""])
        for run, table in by_run.items():
            own = table[(table["quantity"] == quantity) & (table["case"] == case)]
            if len(own):
                told = own.set_index("fl_iter").apply(_told, axis=1).reindex(_ROUNDS, fill_value="")
                rows.append([name, run, *told, f"{own['inside'].sum()} of {len(own)}"])
    heads = ["accuracy, %", "", *map(str, _ROUNDS), f"within {TOLERANCE:g}"]
    shown = pd.DataFrame(rows, columns=heads)
    return shown.to_markdown(index=False, disable_numparse=True) + "\n"


def _ours(cell: pd.DataFrame, column: str, points: Mapping[int, float]) -> pd.DataFrame:
    """printed, seeds, mean, low and high of a cell's smoothed `column` at each printed round."""
    by_seed = cell.pivot(index="fl_iter", columns="seed", values=column)
    ours = by_seed.rolling(curves.SMOOTHING, min_periods=1).mean().reindex(_ROUNDS)
    names = {"count": "seeds", "mean": "mean", "min": "low", "max": "high"}
    over = ours.agg(list(names), axis=1).rename(columns=names).rename_axis("fl_iter")
    return over.assign(printed=pd.Series(points))


def _told(row: pd.Series) -> str:
    digits = 1 if row["quantity"] == "main" else 0
    mean, low, high = (f"{row[name]:.{digits}f}" for name in ("mean", "low", "high"))
    return f"{mean} ({low} to {high})" if row["seeds"] > 1 else mean
