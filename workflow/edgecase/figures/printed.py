"""Draw the one curve that the authors print beside ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from edgecase.analysis.printed import BACKDOOR, TOLERANCE, repeating
from edgecase.figures.page import key

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

_LOOK: dict[str, Any] = {
    "linestyle": "none",
    "marker": "o",
    "markersize": 3,
    "markerfacecolor": "white",
    "markeredgewidth": 0.8,
}


def repeats(runs: pd.DataFrame) -> bool:
    """Whether `runs` of one task are of the run that the authors print, on real data."""
    return len(repeating(runs)) == len(runs)


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
