"""Test paired values: their mean and its interval, the best of a grid, a trend over ranks.

A sample holds one number per seed; samples of one test hold the same seeds in the same order.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from edgecase.analysis.intervals import CONFIDENCE, difference_ends, mean_ends
from edgecase.analysis.ranges import ANY, Range
from edgecase.base.lazy import lazy

# Loaded where claims are judged alone: pages read what was judged.
stats = lazy("scipy.stats")

#: how often an interval may miss the true value: of the intervals of one look at a run.
ERROR = 1 - CONFIDENCE


@dataclass(frozen=True)
class Look:
    """How seeds are looked at: how often an interval may miss the true value, and how many `times`
    over each seed is counted, as if there were more seeds that spread as these do."""

    error: float = ERROR
    times: int = 1


ONCE = Look()


@dataclass(frozen=True)
class Interval:
    """A value and the ends of its interval; no ends (NaN) with fewer than two seeds."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Trend:
    """Mean Spearman coefficient of the seeds with the claimed order, and Page's p-values.

    `p` is that of the claimed order, `p_opposite` that of the reverse; NaN with fewer than two
    seeds.
    """

    coefficient: float
    p: float
    p_opposite: float


def mean_interval(sample: np.ndarray, limits: Range, look: Look = ONCE) -> Interval:
    """Mean of `sample` [seeds], a quantity within `limits`, and the ends of `mean_ends`."""
    return _interval(sample, limits, look, mean_ends)


def difference_interval(
    sample: np.ndarray, limits: Range, comparisons: int = 1, look: Look = ONCE
) -> Interval:
    """Mean of the paired differences `sample` [seeds] and the ends of `difference_ends`.

    With several `comparisons` the confidence is 1 − error / comparisons (Bonferroni), so that all
    of them hold at once with 1 − error.
    """
    shared = replace(look, error=look.error / comparisons)
    return _interval(sample, limits, shared, difference_ends)


def ratio_interval(top: np.ndarray, bottom: np.ndarray, look: Look = ONCE) -> Interval:
    """Geometric mean of top / bottom, both above 0: the t interval of the log ratios, undone."""
    logs = difference_interval(np.log(top) - np.log(bottom), ANY, look=look)
    with np.errstate(over="ignore"):  # an interval without an upper end
        ends = np.exp([logs.value, logs.low, logs.high])
    return Interval(*ends.tolist())


def best_interval(
    grid: np.ndarray, limits: Range, comparisons: int | None = None, look: Look = ONCE
) -> Interval:
    """The largest of the true means of the columns of `grid` [seeds, settings], within `limits`.

    Simultaneous intervals of all means hold the largest one between the largest lower and the
    largest upper end, whichever setting it is: choosing the best one after the fact does not
    flatter. `comparisons` is the number of settings, or more where other grids are compared with.
    """
    comparisons = comparisons or grid.shape[1]
    columns = [difference_interval(column, limits, comparisons, look) for column in grid.T]
    return Interval(*(max(getattr(c, end) for c in columns) for end in ("value", "low", "high")))


def best_against_best(
    grid: np.ndarray,
    limits: Range,
    other: np.ndarray,
    other_limits: Range,
    look: Look = ONCE,
) -> Interval:
    """The largest mean of `grid` less the largest of `other`, each [seeds, settings].

    All means of both grids have simultaneous intervals, within the limits of each.
    """
    comparisons = grid.shape[1] + other.shape[1]
    a = best_interval(grid, limits, comparisons, look)
    b = best_interval(other, other_limits, comparisons, look)
    return Interval(a.value - b.value, a.low - b.high, a.high - b.low)


def trend(table: np.ndarray, direction: str, look: Look = ONCE) -> Trend:
    """Page's test of `table` [seeds, settings]: do the columns rise, or fall, from first to last?

    Page (1963), "Ordered hypotheses for multiple treatments": L = Σ_j j · R_j, with R_j the sum
    over seeds of the rank of column j in its seed. L gives the mean Spearman coefficient of the
    seeds with the claimed order, 12 L / (m n (n² − 1)) − 3 (n + 1) / (n − 1), for m seeds and n
    columns.
    """
    table = np.tile(np.asarray(table, dtype=float), (look.times, 1))
    seeds, settings = table.shape
    ranks = np.arange(1, settings + 1)
    claimed = ranks if direction == "rises" else ranks[::-1]
    if seeds < 2:
        order = stats.rankdata(table, axis=1)
        return Trend(_spearman((order * claimed).sum(), seeds, settings), math.nan, math.nan)
    found = stats.page_trend_test(table, predicted_ranks=claimed)
    reverse = stats.page_trend_test(table, predicted_ranks=claimed[::-1])
    coefficient = _spearman(found.statistic, seeds, settings)
    return Trend(coefficient, float(found.pvalue), float(reverse.pvalue))


def _spearman(statistic: float, seeds: int, settings: int) -> float:
    if not seeds:
        return math.nan
    scale = seeds * settings * (settings**2 - 1)
    return float(12 * statistic / scale - 3 * (settings + 1) / (settings - 1))


def _interval(sample: np.ndarray, limits: Range, look: Look, ends: Callable) -> Interval:
    sample = np.asarray(sample, dtype=float)
    count = len(sample)
    if count < 2:
        return Interval(float(sample.mean()) if count else math.nan, math.nan, math.nan)
    counted = count * look.times
    mean, sem = sample.mean(), sample.std(ddof=1) / math.sqrt(counted)
    low, high = ends(counted, mean, sem, limits, 1 - look.error)
    return Interval(float(mean), float(low), float(high))
