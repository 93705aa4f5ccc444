"""The one curve the authors print: their notebook's ARDIS run on EMNIST.

Black-box, no defense, period 10, 500 rounds; smoothed, and read off to ±2 points.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from edgecase.figures.page import key

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

TASKS = ("emnist-ardis", "mnist-ardis")
PARTICIPATION = "fixed-freq-10"
TOLERANCE = 2.0  # points of accuracy

_ROUNDS = (10, 25, 50, 100, 150, 200, 250, 300, 400, 499)

#: case → round → backdoor accuracy, %
BACKDOOR = {
    "edge-case": dict(zip(_ROUNDS, (28, 50, 69, 77, 82, 83, 82, 83, 85, 84), strict=True)),
    "normal-case": dict(zip(_ROUNDS, (32, 45, 52, 44, 39, 33, 30, 28, 28, 22), strict=True)),
}

#: round → main accuracy, %, the same in both cases
MAIN = dict(zip(_ROUNDS, (93.9, 96.7, 98.0, 98.7, 99.1, 99.1, 99.1, 99.1, 99.4, 99.4), strict=True))

#: case → round → lower and upper end of the attacker's norm difference
NORM_DIFFERENCE = {
    "edge-case": {1: (2.3, 2.6), 100: (1.0, 1.0), 200: (0.8, 0.8), 500: (0.45, 0.45)},
    "normal-case": {1: (2.3, 2.8), 100: (1.75, 1.75), 200: (1.35, 1.35), 500: (0.95, 0.95)},
}

_AXES = {"participation": PARTICIPATION, "attack": "blackbox", "defense": "no-defense"}
_LOOK: dict[str, Any] = {
    "linestyle": "none",
    "marker": "o",
    "markersize": 3,
    "markerfacecolor": "white",
    "markeredgewidth": 0.8,
}


def repeats(runs: pd.DataFrame) -> bool:
    """Whether `runs` of one task are of the run that the authors print, on real data."""
    like = all((runs[axis] == value).all() for axis, value in _AXES.items())
    return runs["task"].isin(TASKS).all() and like and not runs["standin"].any()


def legend_entry() -> Line2D:
    return key("printed in the authors' notebook (smoothed, ±2)", **_LOOK)


def mark(axis: Axes, ends: Mapping[int, tuple[float, float]], last: int, color: str) -> None:
    """Mark what is printed of rounds up to `last`; `ends` are the lower and the upper end."""
    rounds = [t for t in ends if t <= last]
    middle = [sum(ends[t]) / 2 for t in rounds]
    half = [(ends[t][1] - ends[t][0]) / 2 for t in rounds]
    axis.errorbar(rounds, middle, yerr=half, color=color, elinewidth=0.6, **_LOOK)


def mark_backdoor(axis: Axes, case: str, last: int, color: str) -> None:
    """Mark the backdoor accuracy of a case that is printed; nothing of another."""
    printed = BACKDOOR.get(case, {})
    ends = {t: (value - TOLERANCE, value + TOLERANCE) for t, value in printed.items()}
    mark(axis, ends, last, color)
