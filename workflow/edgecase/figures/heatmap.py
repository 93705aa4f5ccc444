"""Attacks against defenses at a glance: backdoor and main accuracy of every pair, as heat maps."""

from __future__ import annotations

import itertools
import textwrap
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

_ROW, _FLAT_ROW = 0.27, 0.19  # inches
#: inches of a character of a task's name.
_CHARACTER = 0.065
#: from so many defenses on they stand down the side: across, their numbers would touch.
_MANY = 15
#: title → column of the rounds.
_PANELS = {
    "backdoor accuracy (%)": "backdoor_acc",
    "main accuracy (%)": "main_task_acc",
}


@figure("heatmap")
def draw(table: pd.DataFrame) -> Figure:
    """Two maps per task, of attacks and defenses: means of the last rounds.

    Attacks stand down and defenses across, or the other way round where there are many defenses.
    `table` is tidy. Of an attack with several overrides under one defense, such as radii, the one
    with the highest backdoor accuracy is shown, and the caption names it: a defense is as good as
    what passes it. Dark is what a server does not want: a backdoor that is learned, a task that is
    not. A pair that was not run has a dash. Raises `DataError` if a task mixes participations or
    cases.
    """
    tasks = sorted(table["task"].unique())
    reached = {task: _reached(table[table["task"] == task], task) for task in tasks}
    about = {
        "notes": [curves.seeds_note(table, ""), points.window_note(table)],
        "caption": _caption(table, reached),
        "wide": True,
    }
    across = table["defense"].nunique() < _MANY
    return (_rows if across else _columns)(table, reached, about)


def _rows(table: pd.DataFrame, reached: dict[str, pd.DataFrame], about: dict) -> Figure:
    """A row of two maps per task, attacks down and defenses across."""
    heights = [_ROW * found["attack"].nunique() + 0.15 for found in reached.values()]
    # The names of the defenses, upright.
    page = Page(table, heights, len(_PANELS), extra=0.55, **about)
    for task, row, height in zip(reached, page.axes, heights, strict=True):
        for axis, column in zip(row, _PANELS.values(), strict=True):
            _draw(axis, _wide(reached[task], "attack", "defense", column), column)
            axis.tick_params(labelleft=axis is row[0])
        row[0].set_ylabel(textwrap.fill(style.task(task), round(height / _CHARACTER)))
        panel.mark_standin(row, table[table["task"] == task], beside=True)
    return page.finish(titles=list(_PANELS))


def _columns(table: pd.DataFrame, reached: dict[str, pd.DataFrame], about: dict) -> Figure:
    """Two maps per task beside each other, defenses down and attacks across."""
    defenses = cells.in_order(table["defense"].unique(), style.DEFENSES)
    shown = list(itertools.product(reached, _PANELS.items()))
    page = Page(table, [_FLAT_ROW * len(defenses)], len(shown), extra=0.6, **about)
    titles = []
    for axis, (task, (title, column)) in zip(page.axes[0], shown, strict=True):
        wide = _wide(reached[task], "defense", "attack", column)
        _draw(axis, wide.reindex([style.defense(name) for name in defenses]), column)
        axis.tick_params(labelleft=axis is page.axes[0, 0])
        panel.mark_standin([axis], table[table["task"] == task], beside=True)
        parts = style.task(task).replace(", ", ",\n").splitlines()
        titles.append("\n".join([*(textwrap.fill(part, 18) for part in parts), title]))
    return page.finish(titles=titles)


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


def _wide(found: pd.DataFrame, down: str, across: str, column: str) -> pd.DataFrame:
    """The means of `column`, by the names of the axes `down` and `across`, in order."""
    named = {
        "attack": (style.ATTACKS, lambda name: style.attack(name)[0]),
        "defense": (style.DEFENSES, style.defense),
    }
    wide = found.pivot(index=down, columns=across, values=column)
    wide = wide.loc[
        cells.in_order(wide.index, named[down][0]), cells.in_order(wide.columns, named[across][0])
    ]
    return wide.rename(index=named[down][1], columns=named[across][1])


def _draw(axis: Axes, wide: pd.DataFrame, column: str) -> None:
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
