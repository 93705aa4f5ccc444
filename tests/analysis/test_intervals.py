import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from edgecase.analysis.intervals import difference_ends, mean_ends, over_seeds
from edgecase.analysis.ranges import ANY, NORM, PERCENT, POINTS, SHARE, range_of


def sem(samples):
    return samples.std(axis=-1, ddof=1) / math.sqrt(samples.shape[-1])


def covered(samples, mean, ends, limits):
    """How often the interval of a row of `samples`, in %, holds the true mean."""
    low, high = ends(samples.shape[1], samples.mean(axis=1), sem(samples), limits)
    return 100 * np.mean((low <= mean) & (mean <= high))


def test_student_by_hand_and_cut_at_the_limits():
    """2, 4, 9: mean 5, variance (9 + 1 + 16) / 2 = 13, t(0.975, 2 degrees) = 4.302653."""
    half = 4.302652729911275 * math.sqrt(13 / 3)
    ends = 3, 5, math.sqrt(13 / 3)
    assert np.array(difference_ends(*ends)) == pytest.approx((5 - half, 5 + half))
    assert np.array(mean_ends(*ends, NORM)) == pytest.approx((0, 5 + half))
    assert np.array(difference_ends(2, 58.57, 29.0, POINTS)) == pytest.approx((-100, 100))


def test_logit_by_hand():
    """Mean 98 %, standard error 1, five seeds: logit 3.8918 ± 2.7764 · 0.01 / (0.98 · 0.02)."""
    low, high = mean_ends(5, 98.0, 1.0, PERCENT)
    middle, half = math.log(0.98 / 0.02), 2.7764451 * 0.01 / (0.98 * 0.02)
    expected = (100 / (1 + math.exp(-middle + half)), 100 / (1 + math.exp(-middle - half)))
    assert (low, high) == pytest.approx(expected)
    assert (100 - high, 100 - low) == pytest.approx(tuple(mean_ends(5, 2.0, 1.0, PERCENT)))
    assert (low / 100, high / 100) == pytest.approx(tuple(mean_ends(5, 0.98, 0.01, SHARE)))
    # In the middle of the range and narrow it is Student's.
    assert np.array(mean_ends(5, 50.0, 0.01, PERCENT)) == pytest.approx(
        difference_ends(5, 50.0, 0.01), rel=1e-6
    )


def test_no_interval_leaves_the_range_and_each_holds_its_mean(recwarn):
    generator = np.random.default_rng(0)
    samples = 100 * generator.beta(0.05, 0.05, size=(2000, 3))
    mean = samples.mean(axis=1)
    for ends in (mean_ends, difference_ends):
        low, high = ends(3, mean, sem(samples), PERCENT)
        assert (low >= 0).all()
        assert (high <= 100).all()
        assert ((low <= mean + 1e-9) & (mean <= high + 1e-9)).all()
    for limit in (0.0, 100.0):
        assert mean_ends(5, limit, 0.0, PERCENT) == (limit, limit)
    assert not recwarn


@pytest.mark.parametrize(
    ("mean", "deviation", "student"), [(50, 5, 95), (90, 7, 91.5), (98, 2, 88.5), (3, 2, 91)]
)
def test_coverage_near_the_ends_is_what_docs_claims_says(mean, deviation, student):
    """Beta distributions, five seeds: the share of samples whose interval holds the true mean."""
    share, spread = mean / 100, (deviation / 100) ** 2
    total = share * (1 - share) / spread - 1
    generator = np.random.default_rng(1)
    samples = 100 * generator.beta(share * total, (1 - share) * total, size=(20000, 5))
    assert covered(samples, mean, difference_ends, PERCENT) == pytest.approx(student, abs=1)
    assert covered(samples, mean, mean_ends, PERCENT) == pytest.approx(94.2, abs=1.2)


def test_few_seeds_are_shown_by_their_lowest_and_highest_more_by_an_interval():
    values = {1: [7.0], 2: [3.0, 3.0], 4: [2.0, 9.0, 4.0, 1.0], 5: [97.0, 99.0, 98.0, 100.0, 96.0]}
    series = pd.Series([value for group in values.values() for value in group])
    by = [number for number, group in values.items() for _ in group]
    found = over_seeds(series, by, PERCENT)
    assert found["n"].tolist() == [1, 2, 4, 5]
    assert found["mean"].tolist() == [7, 3, 4, 98]
    assert found.loc[1, ["low", "high"]].isna().all()
    assert found.loc[[2, 4], ["low", "high"]].to_numpy().tolist() == [[3, 3], [1, 9]]
    expected = mean_ends(5, 98.0, stats.sem(values[5]), PERCENT)
    assert found.loc[5, ["low", "high"]].tolist() == pytest.approx(list(expected))


def test_ranges_of_measures_and_of_their_differences():
    names = ("main_last", "backdoor_smooth", "clipped_share", "adv_norm_mean")
    assert [range_of(name) for name in names] == [PERCENT, PERCENT, SHARE, NORM]
    assert (POINTS.low, POINTS.high) == (-100, 100)
    assert NORM.minus(NORM) == ANY
