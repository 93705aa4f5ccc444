"""Attacks against defenses at a glance: backdoor and main accuracy of every pair, as heat maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edgecase.analysis import curves
from edgecase.base.lazy import lazy
from edgecase.base.lazy import pandas as pd
from edgecase.figures import cells, compare, fig5, panel, points, style
from edgecase.figures.page import Page
from edgecase.figures.registry import figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

seaborn = lazy("seaborn")

_ROW = 0.27  # inches
#: title → column of the rounds.
_PANELS = {
    "backdoor accuracy (%)": "backdoor_acc",
    "main accuracy (%)": "main_task_acc",
}


@figure("heatmap")
def draw(table: pd.DataFrame) -> Figure:
    """A row of two maps per task, attacks down and defenses across: means of the last rounds.

    `table` is tidy. Of an attack with several overrides under one defense, such as radii, the one
    with the highest backdoor accuracy is shown, and the caption names it: a defense is as good as
    what passes it. Dark is what a server does not want: a backdoor that is learned, a task that is
    not. A pair that was not run has a dash. Raises `DataError` if a task mixes participations or
    cases.
    """
    tasks = sorted(table["task"].unique())
    reached = {task: _reached(table[table["task"] == task], task) for task in tasks}
    heights = [_ROW * found["attack"].nunique() + 0.15 for found in reached.values()]
    page = Page(
        table,
        heights,
        len(_PANELS),
        wide=True,
        notes=[curves.seeds_note(table, ""), points.window_note(table)],
        caption=_caption(table, reached),
        extra=0.55,  # the names of the defenses, upright
    )
    for task, row in zip(tasks, page.axes, strict=True):
        runs = table[table["task"] == task]
        for axis, column in zip(row, _PANELS.values(), strict=True):
            _draw(axis, reached[task], column)
            axis.tick_params(labelleft=axis is row[0])
        row[0].set_ylabel(style.task(task))
        panel.mark_standin(row, runs, beside=True)
    return page.finish(titles=list(_PANELS))


def _reached(runs: pd.DataFrame, task: str) -> pd.DataFrame:
    """attack, defense, override and the means of the last rounds: of overrides the strongest."""
    cells.one_value(runs, ("participation", "case"), "heatmap", task)
    rows = [
        {"attack": attack, "defense": defense, "override": override}
        | {column: points.reached(cell, points.last(column))["mean"] for column in _PANELS.values()}
        for (attack, defense, override), cell in runs.groupby(["attack", "defense", "override"])
    ]
    found = pd.DataFrame(rows).sort_values("backdoor_acc", ascending=False, kind="stable")
    return found.drop_duplicates(["attack", "defense"])


def _draw(axis: Axes, found: pd.DataFrame, column: str) -> None:
    wide = found.pivot(index="attack", columns="defense", values=column)
    wide = wide.loc[
        cells.in_order(wide.index, style.ATTACKS), cells.in_order(wide.columns, style.DEFENSES)
    ]
    wide.index = [style.attack(name)[0] for name in wide.index]
    wide.columns = [style.defense(name) for name in wide.columns]
    seaborn.heatmap(
        wide,
        ax=axis,
        vmin=0,
        vmax=100,
        cmap="Greys_r" if column == "main_task_acc" else "rocket_r",
        annot=True,
        fmt=".0f",
        annot_kws={"fontsize": style.size(6.5)},
        cbar=False,
        linewidths=1.5,
    )
    for down, across in zip(*np.nonzero(wide.isna().to_numpy()), strict=True):
        axis.text(across + 0.5, down + 0.5, "–", ha="center", va="center", color=style.GREY)
    axis.set(xlabel="", ylabel="")
    axis.tick_params(length=0)
    axis.set_xticks(axis.get_xticks(), labels=list(wide.columns), rotation=35, ha="right")
    axis.tick_params(axis="y", labelrotation=0)
    axis.grid(False)
    axis.spines[:].set_visible(False)


def _caption(table: pd.DataFrame, reached: dict[str, pd.DataFrame]) -> list[str]:
    said = compare.common_caption(table[table["override"] == "default"])
    for task, found in reached.items():
        for cell in found[found["override"] != "default"].itertuples():
            pair = f"{style.attack(str(cell.attack))[0]} under {style.defense(str(cell.defense))}"
            said.append(f"{style.task(task)}, {pair}: the strongest of its runs, {cell.override}.")
    absent = [style.ATTACKS[a][0] for a in ("none", *fig5.ATTACKS) if a not in set(table["attack"])]
    if absent:
        said.append(f"Not run: {', '.join(absent)}.")
    return said
