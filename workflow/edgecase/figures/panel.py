"""What figures draw in one panel: curves, points, levels, ticks, limits, notices, the mark."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from edgecase.base.lazy import lazy
from edgecase.base.lazy import pandas as pd
from edgecase.figures import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ticker = lazy("matplotlib.ticker")

_POINT = {"marker": "o", "markersize": 3, "markeredgewidth": 0.8}


def band(axis: Axes, curve: pd.DataFrame, entry: tuple) -> None:
    """The mean of `curve` (columns mean, low, high by round) as a line, its interval as a band.

    `entry` is a row of `CASES` or `ATTACKS`.
    """
    _, color, linestyle = entry
    axis.plot(curve.index, curve["mean"], color=color, linestyle=linestyle)
    if curve["low"].notna().any():
        axis.fill_between(
            curve.index, curve["low"], curve["high"], color=color, alpha=0.2, linewidth=0
        )


def points(axis: Axes, values: pd.DataFrame, entry: tuple, hollow: Iterable[float] = ()) -> None:
    """The mean of `values` (columns mean, low, high by value) as joined points with error bars.

    `entry` is a row of `ATTACKS`. The points of the values in `hollow` are left white.
    """
    _, color, linestyle = entry
    half = (values["high"] - values["mean"]).fillna(0)
    axis.errorbar(
        *(values.index, values["mean"], half),
        **{"color": color, "linestyle": linestyle, "elinewidth": 0.8, "capsize": 1.5} | _POINT,
    )
    white = values.loc[values.index.isin(list(hollow)), "mean"]
    if white.empty:
        return
    plain = {"color": color, "linestyle": "none", "markerfacecolor": "white"}
    axis.plot(white.index, white, zorder=3, **plain | _POINT)  # above the error bars


def baseline(axis: Axes, value: pd.Series, entry: tuple) -> None:
    """A level to compare with: mean as a line across the panel, interval (low, high) as a band."""
    _, color, linestyle = entry
    axis.axhline(value["mean"], color=color, linestyle=linestyle, linewidth=0.9, zorder=1.5)
    if pd.notna(value["low"]):
        axis.axhspan(value["low"], value["high"], color=color, alpha=0.15, linewidth=0, zorder=1)


def value_ticks(
    axis: Axes, values: Iterable[float], label: Callable[[float], str] = "{:g}".format
) -> None:
    """A logarithmic x-axis with a labelled tick at every value, 0 at its left if there is one."""
    values = sorted(set(values))
    above = [value for value in values if value > 0]
    if above and len(above) < len(values):
        axis.set_xscale("symlog", linthresh=above[0], linscale=0.5)
    else:
        axis.set_xscale("log")
    labels = [label(value) for value in values]
    upright = {} if _fit(axis, above, labels) else {"rotation": 90}
    axis.set_xticks(values, labels=labels, **upright)
    axis.xaxis.set_minor_locator(ticker.NullLocator())


def _fit(axis: Axes, values: Sequence[float], labels: Sequence[str]) -> bool:
    """Whether the labels of rising `values` lie side by side on a logarithmic axis."""
    if len(values) < 2:
        return True
    inches = 0.7 * axis.figure.get_figwidth() / axis.get_subplotspec().get_gridspec().ncols
    gap = np.diff(np.log(values)).min() / math.log(values[-1] / values[0]) * inches
    return gap > 0.06 * max(map(len, labels))


def backdoor_limits(axis: Axes) -> None:
    """0 to 100 %, with room for a line at either end."""
    axis.set_ylim(-3, 103)
    axis.set_yticks([0, 25, 50, 75, 100])


def main_limits(axis: Axes, runs: pd.DataFrame) -> None:
    """The main accuracies of `runs`, in steps of 5 points: panels of one row compare by eye."""
    low, high = runs["main_task_acc"].min(), runs["main_task_acc"].max()
    axis.set_ylim(5 * math.floor(low / 5) - 0.5, 5 * math.ceil(high / 5) + 0.5)


def notice(axis: Axes, lines: Sequence[str]) -> None:
    """State `lines` in the panel, where they cover the curves least."""
    if not lines:
        return
    box = axis.legend(
        handles=[],
        title="\n".join(lines),
        title_fontsize=style.NOTE_SIZE,
        loc="best" if axis.lines else "upper center",
        borderpad=0.2,
        borderaxespad=0.3,
        framealpha=0.5,
        edgecolor="none",
    )
    box.set_in_layout(False)
    box.get_title().set(color=style.GREY, multialignment="left")


def mark_standin(axes: Iterable[Axes], runs: pd.DataFrame) -> None:
    """Write the mark across each panel of stand-in `runs`, so that it survives cropping."""
    if not runs["standin"].any():
        return
    for axis in axes:
        _mark(axis)


def _mark(axis: Axes) -> None:
    axis.text(
        0.5,
        0.5,
        style.STANDIN_MARK,
        transform=axis.transAxes,
        ha="center",
        va="center",
        rotation=12,
        fontsize=8,
        color="#b0b0b0",
        alpha=0.6,
        zorder=0.5,
    )
