"""Define the words for an attack as numbers: *passes*, *is stopped*, *creeps in*.

Each speaks of the difference in mean backdoor accuracy over the last rounds of the window between
the attack and the `none` baseline, in percentage points.
"""

from edgecase.claims.region import Region

#: the quantities of a run's table of measures that the words speak of.
FIRST, LAST = "backdoor_first", "backdoor_last"

#: points above the baseline from which an attack passes, and up to which it is stopped.
PASSES_FROM = 20.0
STOPPED_TO = 5.0

REGIONS = {
    "passes": Region(low=PASSES_FROM),
    "stopped": Region(high=STOPPED_TO),
    "creeps-in": Region(low=STOPPED_TO, high=PASSES_FROM, low_open=True, high_open=True),
}

#: an attack that creeps in also grows: mean of the last rounds less mean of the first.
GROWTH = Region(low=0.0, low_open=True)

_SAID = {"passes": "it passes", "stopped": "it is stopped", "creeps-in": "it lies between"}


def instead(word: str, low: float, high: float) -> str:
    """What the interval of a difference says if not `word`; empty if that is not settled."""
    for other, region in REGIONS.items():
        if other != word and region.contains(low, high):
            return _SAID[other]
    return ""
