"""Figure 2: log-density of penultimate features under a mixture fitted on training features."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edgecase import densities
from edgecase.analysis.curves import spread_note
from edgecase.analysis.intervals import over_seeds
from edgecase.analysis.ranges import PERCENT
from edgecase.base.lazy import pandas as pd
from edgecase.figures import cells, panel, style
from edgecase.figures.page import Page, key

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: label, colour and line style of each group; edge cases have the colour of the case in figure 4.
GROUPS = {
    densities.IN_DISTRIBUTION: ("in-distribution", "black", "-"),
    densities.EDGE_CASE: ("edge cases", style.CASES["edge-case"][1], "--"),
    densities.OUT_OF_DISTRIBUTION: ("out-of-distribution", style.ATTACKS["pgd"][1], "-."),
}

_HEIGHT = 1.9
_POINTS = 400
_REACH = 10


@style.styled
def draw(table: pd.DataFrame) -> Figure:
    """One panel per task: the share of each group's images below a log-density, mean over seeds.

    `table` has the columns `densities.COLUMNS`. Each panel marks the in-distribution images' 5 %
    quantile and prints the share of each group below it, with its interval over the seeds; a
    group the table does not hold is stated. Raises `DataError` where a task has no in-distribution
    image, or a group of several sets.
    """
    tasks = list(dict.fromkeys(table["task"]))
    limits = densities.thresholds(table)
    shares = densities.below_share(table)
    page = Page(table, [_HEIGHT] * len(tasks), notes=_notes(table), caption=_CAPTION, margins=1.2)
    for axis, task in zip(page.axes[:, 0], tasks, strict=True):
        own = table[table["task"] == task]
        _draw_task(axis, task, own, limits.loc[task], shares[shares["task"] == task])
        panel.mark_standin([axis], own)
    return page.finish(xlabel="log-density of projected features")


def _draw_task(
    axis: Axes, task: str, own: pd.DataFrame, limits: pd.Series, shares: pd.DataFrame
) -> None:
    left, right = _range(own, limits)
    keys = []
    for group, entry in GROUPS.items():
        rows = own[own["group"] == group]
        if rows.empty:
            keys.append(key(f"{entry[0]}: not run", *entry[1:]))
            continue
        cells.one_value(rows, ("set",), "fig2", f"{task}, {group}")
        seeds = _cumulative(rows, np.linspace(left, right, _POINTS))
        stacked = seeds.stack()
        over = over_seeds(stacked, stacked.index.get_level_values(0), PERCENT)
        panel.band(axis, over, seeds, entry)
        below = _percent(shares.loc[shares["group"] == group, "share"])
        keys.append(key(f"{entry[0]} ({rows['set'].iloc[0]}): {below}", *entry[1:]))
    axis.axvline(limits.mean(), color=style.GREY, linestyle=":", linewidth=0.9)
    axis.set_xlim(left, right)
    axis.set_ylim(-3, 103)
    axis.set_ylabel("images below (%)")
    # Above the panel: inside it, whatever corner is free for one task is in use for another.
    axis.legend(
        handles=keys,
        title=style.task(task),
        title_fontproperties={"weight": "bold", "size": style.size(7.5)},
        alignment="left",
        loc="lower left",
        bbox_to_anchor=(-0.14, 1.03),
        borderaxespad=0,
        borderpad=0,
        frameon=False,
        fontsize=style.size(6.5),
        handlelength=2.4,
        handletextpad=0.5,
        labelspacing=0.25,
    )


def _range(own: pd.DataFrame, limits: pd.Series) -> tuple[float, float]:
    """The ends of the x-axis, as the notes state them: one far set must not squeeze the others."""
    groups = own.groupby("group")["log_density"]
    middle = groups.median()[densities.IN_DISTRIBUTION]
    furthest = middle - _REACH * (middle - limits.mean())
    return max(groups.quantile(0.02).min(), furthest), groups.quantile(0.999).max()


def _cumulative(rows: pd.DataFrame, grid: np.ndarray) -> pd.DataFrame:
    """The share of images below each point of `grid`, %, a column per seed."""
    below = {
        seed: 100 * np.searchsorted(np.sort(values), grid, side="left") / len(values)
        for seed, values in rows.groupby("seed")["log_density"]
    }
    return pd.DataFrame(below, index=grid)


def _percent(share: pd.Series) -> str:
    """Mean and interval of a share over seeds, as text."""
    over = over_seeds(100 * share, [0] * len(share), PERCENT).loc[0]
    mean, low, high = (f"{round(over[name], 1):g}" for name in ("mean", "low", "high"))
    return f"{mean} %" if low == "nan" else f"{mean} % [{low}, {high}]"


def _notes(table: pd.DataFrame) -> list[str]:
    return spread_note(table.groupby("task")["seed"].nunique())


_CAPTION = (
    "Gaussian mixture fitted to the starting model's penultimate features of training images, "
    "projected on their principal components and whitened.",
    f"Dotted: {100 * densities.QUANTILE:g} % quantile of the in-distribution test images; printed: "
    "share of images below it, with its spread over seeds in brackets.",
    "The axis ends where 2 % of the lowest set remain, at most "
    f"{_REACH} times as far below the in-distribution median as that quantile; images further "
    "left are in the height at which a curve begins.",
)
