import itertools
import math

import numpy as np
import pytest
from scipy import stats
from tests.claims.made_up import T2

from edgecase.analysis.ranges import ANY, PERCENT, POINTS
from edgecase.claims import statistics
from edgecase.claims.statistics import (
    Look,
    best_against_best,
    best_interval,
    difference_interval,
    mean_interval,
    ratio_interval,
    trend,
)


def test_difference_by_hand_and_cut_where_no_difference_lies():
    """1, 2, 6: mean 3, deviation √7, two degrees of freedom."""
    found = difference_interval([1.0, 2.0, 6.0], POINTS)
    half = T2 * math.sqrt(7 / 3)
    assert (found.value, found.low) == (3.0, pytest.approx(3 - half))
    assert found.high == pytest.approx(3 + half)
    far = difference_interval([40.0, 77.14], POINTS)  # Student's: [−177, 295]
    assert (far.value, far.low, far.high) == (pytest.approx(58.57), -100, 100)


def test_mean_of_an_accuracy_is_that_of_a_share_of_its_range():
    percent, share = (mean_interval(v, PERCENT) for v in ([97.0, 99.0, 98.6], [2.0, 4.0, 9.0]))
    assert 0 < share.low < share.value - 3 < share.value < percent.low < 97
    assert 98.2 < percent.high < 100


def test_bonferroni_by_hand():
    """Five comparisons: 0.5 % on each side of each, t = (2 p − 1) / √(2 p (1 − p)) at p = 0.995."""
    t = 0.99 / math.sqrt(2 * 0.995 * 0.005)
    assert difference_interval([1.0, 2.0, 6.0], ANY, 5).high == pytest.approx(
        3 + t * math.sqrt(7 / 3)
    )


def test_interval_of_paired_differences_is_that_of_the_paired_t_test():
    a, b = np.array([80.0, 71.0, 77.0, 90.0]), np.array([60.0, 58.0, 61.0, 62.0])
    ends = stats.ttest_rel(a, b).confidence_interval(0.95)
    found = difference_interval(a - b, POINTS)
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high))


@pytest.mark.parametrize("value", [0.0, 3.0, 0.1 + 0.2])
def test_equal_seeds_leave_a_point(value, recwarn):
    for found in (mean_interval([value] * 3, PERCENT), difference_interval([value] * 3, POINTS)):
        assert (found.low, found.high) == pytest.approx((value, value))
    assert not recwarn


def test_too_few_seeds_have_no_interval():
    one, none = mean_interval([4.0], PERCENT), mean_interval([], PERCENT)
    assert one.value == 4.0
    assert all(map(math.isnan, (one.low, one.high, none.value, none.low, none.high)))
    assert math.isnan(best_interval(np.empty((0, 3)), ANY).value)
    assert math.isnan(ratio_interval(np.array([]), np.array([])).high)


def test_ratio_by_hand():
    """Ratios 2, 2, 2 · e³: geometric mean 2 e, deviation of the logs √3."""
    found = ratio_interval(np.array([2.0, 4.0, 2 * math.e**3]), np.array([1.0, 2.0, 1.0]))
    assert found.value == pytest.approx(2 * math.e)
    assert found.low == pytest.approx(2 * math.e * math.exp(-T2))
    assert found.high == pytest.approx(2 * math.e * math.exp(T2))


def test_best_takes_the_largest_ends():
    """The steady setting gives the lower end, the wild one the upper end."""
    grid = np.array([[50.0, 20.0], [51.0, 60.0], [52.0, 40.0]])
    steady, wild = (difference_interval(column, ANY, 2) for column in grid.T)
    found = best_interval(grid, ANY)
    assert (found.value, found.low, found.high) == (51.0, steady.low, wild.high)


def test_choosing_the_best_of_a_grid_does_not_flatter():
    """Five settings without any effect: the lower end of the best is above 0 once in 20 at most."""
    generator = np.random.default_rng(0)
    grids = generator.normal(size=(300, 4, 5))
    picked = [grid[:, grid.mean(axis=0).argmax()] for grid in grids]
    naive = sum(difference_interval(column, ANY).low > 0 for column in picked)
    fair = sum(best_interval(grid, ANY).low > 0 for grid in grids)
    assert naive > 0.07 * len(grids)
    assert fair < 0.05 * len(grids)


def test_best_against_best_by_hand():
    """Two settings against one: three comparisons, and the ends take from opposite sides."""
    grid = np.array([[50.0, 10.0], [51.0, 11.0], [52.0, 12.0]])
    other = np.array([[30.0], [32.0], [34.0]])
    p = 1 - 0.025 / 3
    t = (2 * p - 1) / math.sqrt(2 * p * (1 - p))
    found = best_against_best(grid, ANY, other, ANY)
    assert found.value == 19.0
    assert found.low == pytest.approx((51 - t / math.sqrt(3)) - (32 + 2 * t / math.sqrt(3)))
    assert found.high == pytest.approx((51 + t / math.sqrt(3)) - (32 - 2 * t / math.sqrt(3)))


def exact_p(table, claimed):
    """Share of all orders of the ranks in each seed whose L is at least the one found."""
    ranks = range(1, table.shape[1] + 1)
    observed = sum(np.dot(claimed, stats.rankdata(row)) for row in table)
    rows = [np.dot(claimed, order) for order in itertools.permutations(ranks)]
    sums = [sum(values) for values in itertools.product(rows, repeat=len(table))]
    return np.mean(np.array(sums) >= observed)


@pytest.mark.parametrize(
    "table", [[[1, 2, 3], [10, 20, 30]], [[1, 3, 2], [1, 2, 3], [4, 5, 6]], [[3, 2, 1], [1, 3, 2]]]
)
def test_trend_against_all_orders(table):
    table = np.array(table, dtype=float)
    found = trend(table, "rises")
    assert found.p == pytest.approx(exact_p(table, [1, 2, 3]))
    assert found.p_opposite == pytest.approx(exact_p(table, [3, 2, 1]))
    rho = np.mean([stats.spearmanr([1, 2, 3], row).statistic for row in table])
    assert found.coefficient == pytest.approx(rho)
    falling = trend(table, "falls")
    assert (falling.p, falling.p_opposite) == (found.p_opposite, found.p)
    assert falling.coefficient == pytest.approx(-found.coefficient)


def test_trend_of_equal_values_is_none():
    found = trend(np.ones((3, 3)), "rises")
    assert found.coefficient == 0
    assert min(found.p, found.p_opposite) > 0.5


def test_trend_of_one_seed_has_no_p_value():
    found = trend(np.array([[1.0, 2.0, 3.0]]), "rises")
    assert found.coefficient == 1.0
    assert math.isnan(found.p)
    assert math.isnan(found.p_opposite)
    assert math.isnan(trend(np.empty((0, 3)), "rises").coefficient)


def test_a_smaller_error_makes_a_wider_interval():
    """By hand: t of three degrees of freedom is 3.182 at 95 % and 4.177 at 97.5 %."""
    sample = np.array([1.0, 2.0, 3.0, 6.0])
    sem = sample.std(ddof=1) / 2
    wide = statistics.difference_interval(sample, ANY, look=Look(0.025))
    assert wide.high == pytest.approx(3 + 4.177 * sem, rel=1e-3)
    assert statistics.difference_interval(sample, ANY).high == pytest.approx(3 + 3.182 * sem, 1e-3)
