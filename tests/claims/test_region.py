import math

import pytest

from edgecase.claims.region import Region

OPEN, CLOSED = Region(low=5, low_open=True), Region(low=5)


@pytest.mark.parametrize(
    ("region", "low", "high", "contains", "excludes"),
    [
        (CLOSED, 5, 9, True, False),
        (OPEN, 5, 9, False, False),
        (OPEN, 5, 5, False, True),
        (CLOSED, 1, 5, False, False),
        (OPEN, 1, 5, False, True),
        (CLOSED, 1, 4.9, False, True),
        (Region(high=5), -3, 5, True, False),
        (Region(high=5, high_open=True), 5, 8, False, True),
        (Region(high=5), 5.1, 8, False, True),
        (Region(-1, 1), -1, 1, True, False),
        (Region(-1, 1), -2, 2, False, False),
        (Region(-1, 1), 1.5, 2, False, True),
        (CLOSED, math.nan, math.nan, False, False),
        (Region(-1, 1), math.nan, math.nan, False, False),
    ],
)
def test_how_an_interval_lies(region, low, high, contains, excludes):
    assert region.contains(low, high) is contains
    assert region.excludes(low, high) is excludes


@pytest.mark.parametrize(
    ("region", "text"),
    [
        (CLOSED, "≥ 5"),
        (OPEN, "> 5"),
        (Region(high=0.5), "≤ 0.5"),
        (Region(5, 20, True, True), "> 5 and < 20"),
        (Region(-0.05, 0.05), "within ±0.05"),
    ],
)
def test_in_words(region, text):
    assert str(region) == text
