"""The one curve the authors print, and ours beside it: their notebook's ARDIS run on EMNIST.

Black-box, no defense, period 10, 500 rounds; smoothed, and read off to ±2 points.
"""

from __future__ import annotations

from edgecase.analysis import curves
from edgecase.base.lazy import pandas as pd
from edgecase.results.attacks import attacked

TASKS = ("emnist-ardis", "mnist-ardis")
PARTICIPATION = "fixed-freq-10"
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


def beside(runs: pd.DataFrame) -> pd.DataFrame:
    """Our accuracies beside the printed ones, of black-box cells of one task without a defense.

    `runs` is tidy; seeds in which no attacker acted do not count. Ours is what theirs is, the mean
    of 10 rounds up to the printed one, of those that were tested; mean, low and high are its mean,
    lowest and highest over the seeds. Columns: quantity ("backdoor" or "main"), case, fl_iter,
    printed, seeds, mean, low, high (all %), and inside, whether mean is within `TOLERANCE` of
    printed. A round that none of ours were tested before has no row.
    """
    runs = attacked(runs)
    parts = [
        _ours(cell, column).assign(quantity=quantity, case=case, printed=pd.Series(points))
        for case, cell in runs.groupby("case")
        if case in BACKDOOR
        for quantity, column, points in (
            ("backdoor", "backdoor_acc", BACKDOOR[case]),
            ("main", "main_task_acc", MAIN),
        )
    ]
    columns = ["quantity", "case", "fl_iter", "printed", "seeds", "mean", "low", "high"]
    if not parts:
        return pd.DataFrame(columns=[*columns, "inside"])
    table = pd.concat(parts).reset_index().dropna(subset="mean")[columns]
    return table.assign(inside=(table["mean"] - table["printed"]).abs() <= TOLERANCE)


def _ours(cell: pd.DataFrame, column: str) -> pd.DataFrame:
    """seeds, mean, low and high of a cell's smoothed `column` at each printed round."""
    by_seed = cell.pivot(index="fl_iter", columns="seed", values=column)
    ours = by_seed.rolling(curves.SMOOTHING, min_periods=1).mean().reindex(_ROUNDS)
    return ours.agg(["count", "mean", "min", "max"], axis=1).set_axis(
        ["seeds", "mean", "low", "high"], axis=1
    )
