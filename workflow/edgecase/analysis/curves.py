"""Turn a tidy table into curves: trailing mean per seed, then mean and interval over seeds."""

from __future__ import annotations

from edgecase.analysis.intervals import FEW, over_seeds
from edgecase.analysis.ranges import range_of
from edgecase.base.lazy import pandas as pd
from edgecase.results.attacks import attacked, unattacked_note
from edgecase.results.rounds import CELL_AXES

#: rounds in the trailing mean of every accuracy's curve; the authors' notebook uses the same.
SMOOTHING = 10

#: the columns that `smoothed` adds.
BACKDOOR, MAIN = "backdoor_smooth", "main_smooth"

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


def smoothed(table: pd.DataFrame) -> pd.DataFrame:
    """`table` with backdoor and main accuracy smoothed, as columns `BACKDOOR` and `MAIN`."""
    both = {BACKDOOR: "backdoor_acc", MAIN: "main_task_acc"}
    return table.assign(**{name: smooth(table, column) for name, column in both.items()})


def by_seed(runs: pd.DataFrame, column: str) -> pd.DataFrame:
    """`column` of one cell, a row per round and a column per seed in which an attacker acted."""
    return attacked(runs).pivot(index="fl_iter", columns="seed", values=column).dropna(how="all")


def curve(runs: pd.DataFrame, column: str) -> pd.DataFrame:
    """n, mean, low, high of `column` over the seeds of one cell, indexed by round.

    Seeds in which no attacker acted are left out. So is a round that no seed has a value for: a
    line joins its neighbours.
    """
    runs = attacked(runs)
    over = over_seeds(runs[column], runs["fl_iter"], range_of(column))
    return over[over["n"] > 0]


def seeds_note(table: pd.DataFrame, spread: str = "bands") -> str:
    """How many seeds a mean is over, and how their spread is drawn, in sentences.

    `spread` is what shows it: "bands", "bars", "bands and bars", or "" for nothing.
    """
    counts = attacked(table).groupby(list(CELL_AXES))["seed"].nunique()
    return " ".join([*spread_note(counts, spread), *unattacked_note(table)])


def spread_note(counts: pd.Series, spread: str = "bands") -> list[str]:
    """The sentence of `seeds_note` for cells with these `counts` of seeds; none for no cell."""
    if not len(counts):
        return []
    low, high = counts.min(), counts.max()
    if high == 1:
        return ["One seed."]
    mean = f"Mean of {low if low == high else f'{low} to {high}'} seeds"
    if not spread:
        return [f"{mean}."]
    few = "; ".join(words for kind, words in _FEW.items() if kind in spread)
    if high < FEW:
        return [f"{mean} ({few})."]
    below = f"; below {FEW} seeds, {few}" if low < FEW else ""
    return [f"{mean} ({spread}: 95 % intervals{below})."]


#: what shows the spread of few seeds instead.
_FEW = {"bands": "thin lines: each seed", "bars": "bars: lowest to highest seed"}

SMOOTHING_NOTE = f"Accuracies by round: trailing mean of {SMOOTHING} rounds."
