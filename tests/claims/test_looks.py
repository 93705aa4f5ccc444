"""Looks share one error: it is held under repeated looks, and seeds are saved."""

import numpy as np
import pytest

from edgecase.analysis.ranges import ANY
from edgecase.claims.looks import errors, schedule, spent
from edgecase.claims.statistics import ERROR, Look, difference_interval

SEEDS = schedule(3, 12)
RUNS = 2000


def ends(true, looks, levels, draws):
    """Of each made-up run: at how many seeds it is decided (nan if never), and whether wrongly.

    The claim is that the true mean is above 0; where it is exactly 0, every verdict is wrong.
    """
    at, wrong = [], 0
    for run in draws + true:
        decided = np.nan
        for count, level in zip(looks, levels, strict=True):
            interval = difference_interval(run[:count], ANY, look=Look(level))
            if interval.low > 0 or interval.high <= 0:
                decided = count
                wrong += true == 0 or (interval.low > 0) != (true > 0)
                break
        at.append(decided)
    return np.array(at), wrong / len(draws)


@pytest.fixture(scope="module")
def draws():
    return np.random.default_rng(0).normal(size=(RUNS, SEEDS[-1]))


def test_the_errors_of_all_looks_sum_to_one():
    assert SEEDS == [3, 6, 9, 12]
    assert sum(errors(SEEDS)) == pytest.approx(ERROR)
    assert schedule(3, 3) == [3]
    assert errors([6]) == pytest.approx([ERROR])
    assert spent(1.0) == pytest.approx(ERROR)


def test_repeated_looks_hold_the_error_that_plain_ones_do_not(draws):
    """At the end of the range, where any verdict is wrong."""
    _, shared = ends(0.0, SEEDS, errors(SEEDS), draws)
    _, plain = ends(0.0, SEEDS, [ERROR] * len(SEEDS), draws)
    assert shared < ERROR < plain
    assert plain > 0.09


def test_looks_save_seeds_where_the_effect_is_large(draws):
    at, wrong = ends(1.5, SEEDS, errors(SEEDS), draws)
    assert wrong < ERROR
    assert np.isfinite(at).mean() > 0.95
    assert np.nanmean(at) < 0.75 * SEEDS[-1]
