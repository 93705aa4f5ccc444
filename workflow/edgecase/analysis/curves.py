"""Turn a tidy table into curves: trailing mean per seed, then mean and interval over seeds."""

from __future__ import annotations

from edgecase.analysis.intervals import meaning, over_seeds
from edgecase.analysis.ranges import range_of
from edgecase.base.lazy import pandas as pd
from edgecase.results.attacks import attacked, unattacked_note
from edgecase.results.rounds import CELL_AXES

#: rounds in the trailing mean of every backdoor curve; the authors' notebook uses the same.
SMOOTHING = 10

#: rounds at each end of a run that its first and its last mean cover.
WINDOW = 50


def window(rounds: int) -> int:
    """The rounds at each end of a run of `rounds`: 50, or half of a run shorter than 100."""
    return max(1, min(WINDOW, rounds // 2))


def first_mean(values: pd.Series) -> float:
    """Mean of the first rounds of one run; `values` are rounds 1 … R in order.

    Rounds that were not evaluated are empty and do not count; NaN if none of the window was.
    """
    return values.head(window(len(values))).mean()


def last_mean(values: pd.Series) -> float:
    """Mean of the last rounds of one run; `values` as in `first_mean`."""
    return values.tail(window(len(values))).mean()


def trailing_mean(values: pd.Series) -> pd.Series:
    """Mean over each round and the up to 9 before it; `values` are rounds in order.

    Rounds that were not evaluated are empty: they do not count, and stay empty.
    """
    return values.rolling(SMOOTHING, min_periods=1).mean().where(values.notna())


def smooth(table: pd.DataFrame, column: str) -> pd.Series:
    """`column` as a trailing mean within each cell and seed, in the row order of `table`."""
    ordered = table.reset_index(drop=True).sort_values("fl_iter")
    runs = ordered.groupby([*CELL_AXES, "seed"], sort=False)[column]
    return runs.transform(trailing_mean).sort_index().set_axis(table.index)


def curve(runs: pd.DataFrame, column: str) -> pd.DataFrame:
    """n, mean, low, high of `column` over the seeds of one cell, indexed by round.

    Seeds in which no attacker acted are left out. So is a round that no seed has a value for: a
    line joins its neighbours.
    """
    runs = attacked(runs)
    over = over_seeds(runs[column], runs["fl_iter"], range_of(column))
    return over[over["n"] > 0]


def seeds_note(table: pd.DataFrame) -> str:
    """How many seeds the curves average, what the bands are and what is left out, in sentences."""
    counts = attacked(table).groupby(list(CELL_AXES))["seed"].nunique()
    if counts.empty:
        return " ".join(unattacked_note(table))
    low, high = counts.min(), counts.max()
    number = str(low) if low == high else f"{low} to {high}"
    single = " (none where there is one seed)" if low == 1 else ""
    said = f"Mean over {number} seeds; bands are {meaning(counts)}{single}."
    said = "One seed: no interval." if high == 1 else said
    return " ".join([said, *unattacked_note(table)])


SMOOTHING_NOTE = (
    f"Backdoor accuracy: trailing mean of {SMOOTHING} rounds, from the starting model on, "
    "within each seed; the rest is not smoothed."
)
