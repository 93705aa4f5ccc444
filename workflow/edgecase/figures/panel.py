"""What figures draw in one panel: curves, points, levels, ticks, limits, notices, the mark."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from edgecase.analysis import curves
from edgecase.analysis.intervals import FEW
from edgecase.base.lazy import lazy
from edgecase.base.lazy import pandas as pd
from edgecase.figures import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

collections = lazy("matplotlib.collections")
ticker = lazy("matplotlib.ticker")

_POINT = {"marker": "o", "markersize": 3, "markeredgewidth": 0.8}
#: how the texts of `notice` are told from others.
NOTICE = "notice"


def curve(axis: Axes, cell: pd.DataFrame, column: str, entry: tuple) -> None:
    """`column` of one cell by round: see `band`."""
    band(axis, curves.curve(cell, column), curves.by_seed(cell, column), entry)


def band(axis: Axes, over: pd.DataFrame, seeds: pd.DataFrame, entry: tuple) -> None:
    """The mean `over` the `seeds` as a line, and how they spread.

    `over` has the columns n, mean, low, high by x, `seeds` a column per seed. Of fewer than `FEW`
    seeds each is a thin line, of more the interval is a band. `entry` is a row of `ATTACKS`.
    """
    _, color, linestyle = entry
    axis.plot(over.index, over["mean"], color=color, linestyle=linestyle)
    if seeds.shape[1] >= FEW:
        axis.fill_between(
            over.index, over["low"], over["high"], color=color, alpha=0.2, linewidth=0
        )
    elif seeds.shape[1] > 1:
        each = [values.dropna() for _, values in seeds.items()]
        paths = [list(zip(values.index, values, strict=True)) for values in each]
        thin = {"colors": color, "linewidths": 0.4, "alpha": 0.55, "zorder": 1.8}
        axis.add_collection(collections.LineCollection(paths, **thin))
        axis.autoscale_view()


def points(axis: Axes, values: pd.DataFrame, entry: tuple, hollow: Iterable[float] = ()) -> None:
    """The mean of `values` (columns mean, low, high by value) as joined points, bars low to high.

    `entry` is a row of `ATTACKS`. The points of the values in `hollow` are left white.
    """
    _, color, linestyle = entry
    ends = (values["mean"] - values["low"], values["high"] - values["mean"])
    # The mean of equal seeds may be rounded past them.
    reach = [end.fillna(0).clip(lower=0) for end in ends]
    axis.errorbar(
        *(values.index, values["mean"], reach),
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


def main_limits(axis: Axes, runs: pd.DataFrame, column: str = curves.MAIN) -> None:
    """The main accuracies of `runs`, in steps of 5 points: with all runs of a task, one scale."""
    low, high = runs[column].min(), runs[column].max()
    axis.set_ylim(5 * math.floor(low / 5) - 0.5, 5 * math.ceil(high / 5) + 0.5)


def notice(axis: Axes, lines: Sequence[str]) -> None:
    """State `lines` above the panel, where there is no curve; in it, if it has none."""
    if not lines:
        return
    look = {"fontsize": style.note_size(), "color": style.GREY, "gid": NOTICE}
    room = 0.75 * axis.figure.get_figwidth() / axis.get_subplotspec().get_gridspec().ncols
    wrapped = [textwrap.fill(line, max(characters(room), 12)) for line in lines]
    if axis.lines:
        place = {"xycoords": "axes fraction", "textcoords": "offset points"}
        axis.annotate("\n".join(wrapped), (0, 1), (0, 2), ha="left", va="bottom", **place, **look)
    else:
        middle = {"transform": axis.transAxes, "ha": "center", "va": "center"}
        axis.text(0.5, 0.8, "\n".join(wrapped), **middle, **look)


def room_above(axis: Axes) -> float:
    """Points that the notices above a panel need, below its title."""
    found = [text for text in axis.texts if text.get_gid() == NOTICE and text.get_va() == "bottom"]
    lines = sum(1 + text.get_text().count("\n") for text in found)
    return 1.25 * style.note_size() * lines + 2 if lines else 0.0


def characters(inches: float) -> int:
    """How many characters of a note fit in `inches`."""
    return int(inches * 72 / (style.note_size() * 0.54))


def mark_standin(axes: Iterable[Axes], runs: pd.DataFrame, *, beside: bool = False) -> None:
    """Write the mark across each panel of stand-in `runs`, so that it survives cropping.

    A panel that leaves no ground to write on has it `beside`, at its right edge.
    """
    if not runs["standin"].any():
        return
    place, angle = ((1.02, 0.5), 270) if beside else ((0.5, 0.5), 12)
    for axis in axes:
        axis.text(
            *place,
            style.STANDIN_MARK,
            transform=axis.transAxes,
            ha="left" if beside else "center",
            va="center",
            rotation=angle,
            fontsize=style.size(5 if beside else 6.5),
            color=style.PALE,
            zorder=0.5,
        )
