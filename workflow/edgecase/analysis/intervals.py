"""Mean and interval over seeds, inside the range that a quantity can have.

What a table or a figure shows beside a mean (`over_seeds`): with fewer than `FEW` seeds the lowest
and the highest seed, else a 95 % interval. What decides (claims, verdicts, effects of a switch) is
always an interval that holds the true mean with a stated confidence, `mean_ends` and
`difference_ends`. docs/claims.md has how often each of them holds it, measured.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from edgecase.analysis.ranges import ANY, Range
from edgecase.base.lazy import lazy
from edgecase.base.lazy import pandas as pd

stats = lazy("scipy.stats")

CONFIDENCE = 0.95

#: seeds from which on what is shown is a 95 % interval.
FEW = 5


def difference_ends(
    count, mean, sem, limits: Range = ANY, confidence: float = CONFIDENCE
) -> tuple[np.ndarray, np.ndarray]:
    """The ends of Student's interval of a mean over `count` seeds, cut at `limits`.

    mean ± t · sem, with `sem` the standard error of the mean (sample standard deviation over
    √count). Of paired differences it is the interval of the paired t-test. The true mean lies
    within the limits, so cutting there loses nothing. NaN where there are fewer than two seeds.
    """
    half = _quantile(count, confidence) * np.asarray(sem, dtype=float)
    mean = np.asarray(mean, dtype=float)
    return np.maximum(mean - half, limits.low), np.minimum(mean + half, limits.high)


def mean_ends(
    count, mean, sem, limits: Range = ANY, confidence: float = CONFIDENCE
) -> tuple[np.ndarray, np.ndarray]:
    """The ends of the interval of a mean over `count` seeds of a quantity with these `limits`.

    With two finite limits it is Student's interval on the logit scale: with the mean as a share p
    of the range, logit p ± t · sem / (p (1 − p)), put back. Near a limit, where seeds spread to one
    side alone, it reaches further to the other. With one limit or none it is `difference_ends`.
    """
    if not math.isfinite(limits.width):
        return difference_ends(count, mean, sem, limits, confidence)
    share = (np.asarray(mean, dtype=float) - limits.low) / limits.width
    error = np.asarray(sem, dtype=float) / limits.width
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        half = _quantile(count, confidence) * error / (share * (1 - share))
        odds = share / (1 - share)
        low, high = odds / (odds + np.exp(half)), odds / (odds + np.exp(-half))
        # Seeds that agree, as all do whose mean is a limit, leave no width.
        agree = (error == 0) | (share <= 0) | (share >= 1)
        low, high = np.where(agree, share, low), np.where(agree, share, high)
    return limits.low + limits.width * low, limits.low + limits.width * high


def over_seeds(values: pd.Series, by, limits: Range) -> pd.DataFrame:
    """Columns n, mean, low, high of `values` grouped by `by`; empty values do not count.

    `low` and `high` are the ends that are shown beside a mean: of fewer than `FEW` seeds the lowest
    and the highest one, else those of `mean_ends`; NaN where there are fewer than two.
    """
    groups = values.groupby(by)
    table = pd.DataFrame({"n": groups.count(), "mean": groups.mean()})
    few, several = table["n"] < FEW, table["n"] > 1
    ends = mean_ends(table["n"], table["mean"], groups.sem(), limits)
    for name, end, seed in zip(("low", "high"), ends, (groups.min(), groups.max()), strict=True):
        table[name] = seed.where(few, end).where(several)
    return table


def interval_text(mean: float, low: float, high: float, form: str = ".4g") -> str:
    """`mean [low, high]` in the number format `form`; a dash for no value, no ends for none."""
    if pd.isna(mean):
        return "–"
    text = format(mean, form)
    return text if pd.isna(low) else f"{text} [{low:{form}}, {high:{form}}]"


def meaning(seeds: Iterable[int]) -> str:
    """What the ends that `over_seeds` gives are, for cells with these numbers of seeds."""
    seeds = set(seeds)
    lowest = "from the lowest to the highest seed"
    if max(seeds) < FEW:
        return lowest
    return "95 % intervals" + (f", {lowest} below {FEW} seeds" if min(seeds) < FEW else "")


def _quantile(count, confidence: float) -> np.ndarray:
    return stats.t.ppf((1 + confidence) / 2, np.asarray(count) - 1)
