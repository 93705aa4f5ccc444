"""Figure 3: the mix of edge-case and clean images in the attacker's poisoned set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from edgecase.analysis import curves
from edgecase.figures import cells, panel, participation, points, style
from edgecase.figures.page import Page
from edgecase.figures.registry import figure

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

#: as many ratios as show a shape; fewer are stated.
RATIOS = 5

_ROWS = {
    "backdoor (%)\nby round": 1.2,
    "backdoor (%),\nlast rounds": 1.1,
    "attacker's norm\ndifference": 0.9,
    "main (%),\nlast rounds": 0.7,
}
_MEASURES = (points.last("backdoor_acc"), points.attack_norm, points.last("main_task_acc"))


@figure("fig3", parameters=("poison.edge", "poison.clean"))
def draw(table: pd.DataFrame) -> Figure:
    """One column per task: backdoor curves of each mix, then three numbers against the mix.

    `table` is tidy with the parameters `poison.edge` and `poison.clean`, images in the poisoned
    set. The numbers are backdoor accuracy over the last rounds, the attacker's norm difference over
    the rounds with an attacker, and main accuracy over the last rounds; the no-attack baseline is
    a level where the table has it. Raises `DataError` if a task mixes participations, cases,
    attacks or defenses, or has two cells of one mix.
    """
    total = table["poison.edge"] + table["poison.clean"]
    table = table.assign(share=(100 * table["poison.edge"] / total).round(6), total=total)
    table = curves.smoothed(table)
    tasks = sorted(table["task"].unique())
    attacked = table[table["attack"] != "none"]
    shares = sorted(attacked["share"].unique())
    colors = dict(zip(shares, style.ramp(len(shares)), strict=True))

    keys = [(f"{share:.3g} % edge", color, "-") for share, color in colors.items()]
    if len(attacked) < len(table):
        keys.append(style.attack("none"))
    page = Page(
        table,
        _ROWS.values(),
        len(tasks),
        wide=len(tasks) > 1,
        keys=keys,
        notes=[
            curves.seeds_note(table, "bands and bars"),
            curves.SMOOTHING_NOTE,
            points.window_note(table),
        ],
        caption=_caption(table, attacked),
        extra=0.25,  # two rows of x-labels
    )
    for task, column in zip(tasks, page.axes.T, strict=True):
        runs = table[table["task"] == task]
        cells.one_value(runs, ("participation", "case", "defense"), "fig3", task)
        _draw_column(column, runs, colors, task)
    return page.finish(titles=list(map(style.task, tasks)), rows=_ROWS)


def _draw_column(column: Sequence, runs: pd.DataFrame, colors: dict, task: str) -> None:
    by_round, *numbers = column
    attacked, baseline = runs[runs["attack"] != "none"], runs[runs["attack"] == "none"]
    cells.one_value(attacked, ("attack",), "fig3", task)
    mixes = points.by_value(attacked, "share", "fig3")
    for share, cell in mixes.items():
        panel.curve(by_round, cell, curves.BACKDOOR, ("", colors[share], "-"))
    look = style.attack("none")
    for _, cell in baseline.groupby("override"):
        panel.curve(by_round, cell, curves.BACKDOOR, look)
    for axis, measure in zip(numbers, _MEASURES, strict=True):
        if mixes:
            entry = style.attack(attacked["attack"].iloc[0])
            panel.points(axis, points.along(mixes, measure), entry)
            panel.value_ticks(axis, mixes, "{:.3g}".format)
        else:
            panel.notice(axis, ["not run"])
        if measure is not points.attack_norm:
            for _, cell in baseline.groupby("override"):
                panel.baseline(axis, points.reached(cell, measure), look)
    panel.notice(by_round, ["no attack: not run"] if baseline.empty and mixes else [])
    by_round.set_xlabel("round")
    by_round.set_xlim(0, max(runs["fl_iter"].max(), 1))
    for axis in (by_round, numbers[0]):
        panel.backdoor_limits(axis)
    numbers[1].set_ylim(bottom=0)
    panel.main_limits(numbers[2], runs, "main_task_acc")
    for axis in numbers[:2]:
        axis.tick_params(labelbottom=False)
    numbers[2].set_xlabel("edge-case images in the poisoned set (%)")
    panel.mark_standin(column, runs)


def _caption(table: pd.DataFrame, attacked: pd.DataFrame) -> list[str]:
    said = ["Norm difference: mean over the rounds with an attacker.", participation.note(table)]
    said += points.overrides_note(table)
    for task, runs in attacked.groupby("task"):
        low, high = runs["total"].min(), runs["total"].max()
        size = f"{low:.0f}" if low == high else f"{low:.0f} to {high:.0f}"
        said.append(f"{style.task(task)}: poisoned set of {size} images.")
        count = runs["share"].nunique()
        if count < RATIOS:
            said.append(f"{style.task(task)}: only {count} of at least {RATIOS} mixes are run.")
    return said
