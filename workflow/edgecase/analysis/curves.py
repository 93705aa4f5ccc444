"""From a tidy table to curves: trailing mean per seed, then mean and interval over seeds."""

import numpy as np
import pandas as pd
from scipy import stats

from edgecase.results.rounds import CELL_AXES

#: rounds in the trailing mean of every backdoor curve; the authors' notebook uses the same.
SMOOTHING = 10

CONFIDENCE = 0.95

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


def t_interval(count, mean, sem) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper end of Student's 95 % interval of a mean over `count` seeds.

    mean ± t(0.975, count − 1) · sem, with `sem` the standard error of the mean (sample standard
    deviation over √count). NaN where there are fewer than two seeds.
    """
    half = stats.t.ppf((1 + CONFIDENCE) / 2, np.asarray(count) - 1) * np.asarray(sem)
    return mean - half, mean + half


def interval_text(mean: float, low: float, high: float, form: str = ".4g") -> str:
    """`mean [low, high]` in the number format `form`; a dash for no value, no ends for none."""
    if pd.isna(mean):
        return "–"
    text = format(mean, form)
    return text if pd.isna(low) else f"{text} [{low:{form}}, {high:{form}}]"


def over_seeds(values: pd.Series, by) -> pd.DataFrame:
    """Columns n, mean, low, high of `values` grouped by `by`; empty values do not count."""
    groups = values.groupby(by)
    table = pd.DataFrame({"n": groups.count(), "mean": groups.mean()})
    table["low"], table["high"] = t_interval(table["n"], table["mean"], groups.sem())
    return table


def curve(runs: pd.DataFrame, column: str) -> pd.DataFrame:
    """n, mean, low, high of `column` over the seeds of one cell, indexed by round.

    A round that no seed has a value for is left out, so a line joins its neighbours.
    """
    over = over_seeds(runs[column], runs["fl_iter"])
    return over[over["n"] > 0]


def seeds_note(table: pd.DataFrame) -> str:
    """How many seeds the curves average, and what the bands are, as a sentence."""
    counts = table.groupby(list(CELL_AXES))["seed"].nunique()
    low, high = counts.min(), counts.max()
    if high == 1:
        return "One seed: no interval."
    number = str(low) if low == high else f"{low} to {high}"
    single = " (none where there is one seed)" if low == 1 else ""
    return f"Mean over {number} seeds; bands are 95 % t-intervals{single}."


SMOOTHING_NOTE = (
    f"Backdoor accuracy: trailing mean of {SMOOTHING} rounds, from the starting model on, "
    "within each seed; the rest is not smoothed."
)
