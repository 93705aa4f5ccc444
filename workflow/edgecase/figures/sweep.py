"""Sweep a parameter of a defense: what the appendix's figures of noise and of bound share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from edgecase.analysis import curves
from edgecase.figures import cells, panel, participation, points, style
from edgecase.figures.page import Page
from edgecase.results.attacks import attacked
from edgecase.results.rounds import CELL_AXES

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

_ROWS = {
    "backdoor (%),\nlast rounds": ("backdoor_acc", 1.35),
    "main (%),\nlast rounds": ("main_task_acc", 0.95),
    "source class (%),\nlast rounds": ("source_class_acc", 0.95),
}
#: line style of a level: the same attack under a defense without the swept parameter.
_LEVELS = {"no-defense": ":", "norm-clipping": (0, (4, 2))}
_DESTROYED = (
    "Destroyed (white points): in a run, from that round to the end, every client's update is "
    "left out as diverged or main accuracy is below half of the starting model's."
)


def draw(
    table: pd.DataFrame,
    figure: str,
    parameter: str,
    label: str,
    caption: Sequence[str] = (),
    marks: Sequence[float] = (),
) -> Figure:
    """One column per task: backdoor, main and source-class accuracy against `parameter`.

    `table` is tidy with the column `parameter`, empty for cells of a defense without it: those are
    levels. `label` names the x-axis, `marks` are values to point out on it. A cell whose model is
    destroyed has a white point and is named in its column. Raises `DataError` if a task mixes
    participations or cases, sweeps two defenses, or has two cells of one value.
    """
    tasks = sorted(table["task"].unique())
    attacks = cells.in_order(table["attack"], style.ATTACKS)
    levels = cells.in_order(table.loc[table[parameter].isna(), "defense"], style.DEFENSES)
    keys = [_look(attack) for attack in attacks]
    for defense in levels:
        keys.append((f"under {style.defense(defense)}", "black", _LEVELS.get(defense, "-.")))
    caption = [*caption, participation.note(table), *points.overrides_note(table)]
    destroyed = any(any(_destroyed(cell)) for _, cell in table.groupby(list(CELL_AXES)))
    if destroyed:
        caption.append(_DESTROYED)
    heights = [height for _, height in _ROWS.values()]
    page = Page(
        table,
        heights,
        len(tasks),
        wide=len(tasks) > 2,
        keys=keys,
        notes=[curves.seeds_note(table, "bars"), points.window_note(table)],
        caption=caption,
    )
    titles = []
    for task, column in zip(tasks, page.axes.T, strict=True):
        runs = table[table["task"] == task]
        swept, fixed = runs[runs[parameter].notna()], runs[runs[parameter].isna()]
        cells.one_value(runs, ("participation", "case"), figure, task)
        cells.one_value(swept, ("defense",), figure, f"the sweep of {task}")
        _draw_column(column, swept, parameter, figure)
        _draw_levels(column, fixed, figure)
        _finish_column(column, runs, swept[parameter].unique(), marks)
        if destroyed:
            for axis in column:
                panel.backdoor_limits(axis)
        stated = _ends(swept, parameter) if len(swept) else ["not run"]
        panel.notice(column[0], stated)
        titles.append("\n".join([style.task(task), *map(style.defense, swept["defense"].unique())]))
    return page.finish(titles=titles, rows=_ROWS, xlabel=label)


def _draw_column(column: Sequence, swept: pd.DataFrame, parameter: str, figure: str) -> None:
    """The three accuracies of each attack among `swept`, the swept cells of one task."""
    for attack, runs in swept.groupby("attack"):
        found = points.by_value(runs, parameter, figure)
        hollow = [value for value, cell in found.items() if any(_destroyed(cell))]
        for axis, (accuracy, _) in zip(column, _ROWS.values(), strict=True):
            reached = points.along(found, points.last(accuracy))
            panel.points(axis, reached, _look(attack), hollow)


def _draw_levels(column: Sequence, fixed: pd.DataFrame, figure: str) -> None:
    """The three accuracies of the cells of one task that lack the parameter."""
    for (attack, defense), cell in fixed.groupby(["attack", "defense"]):
        where = f"{attack} under {defense} of {cell['task'].iloc[0]}"
        cells.one_value(cell, ("override",), figure, where)
        look = (*_look(attack)[:2], _LEVELS.get(defense, "-."))
        for axis, (accuracy, _) in zip(column, _ROWS.values(), strict=True):
            panel.baseline(axis, points.reached(cell, points.last(accuracy)), look)


def destroyed_from(rounds: pd.DataFrame) -> int | None:
    """The round from which one seed's model is destroyed to the end of its run, or None.

    `rounds` are one seed's rounds 0 … R. Destroyed: no client's update has a weight above 0, or
    main accuracy is below half of the starting model's. In a round that was not evaluated it is
    that of the last one that was.
    """
    rounds = rounds.set_index("fl_iter").sort_index()
    main = rounds["main_task_acc"].ffill()
    well = (rounds["num_accepted"] > 0) & (main >= main.loc[0] / 2)
    well.loc[0] = True
    last = well.index[well][-1]
    return None if last == well.index[-1] else int(last) + 1


def _destroyed(cell: pd.DataFrame) -> Iterator[int]:
    """For each seed of a cell whose model is destroyed, from which round."""
    for _, rounds in attacked(cell).groupby("seed"):
        start = destroyed_from(rounds)
        if start is not None:
            yield start


def _ends(swept: pd.DataFrame, parameter: str) -> list[str]:
    """What broke, by value in rising order: models destroyed, or a round without a client."""
    destroyed, diverged = [], []
    for value, runs in swept.groupby(parameter):
        seeds = [run for _, run in attacked(runs).groupby([*CELL_AXES, "seed"])]
        starts = [start for run in seeds for start in _destroyed(run)]
        empty = runs.loc[(runs["num_accepted"] == 0) & (runs["fl_iter"] > 0), "fl_iter"]
        if starts:
            some = "" if len(starts) == len(seeds) else f" ({len(starts)} of {len(seeds)} runs)"
            destroyed.append(f"{value:g}: from round {min(starts)}{some}")
        elif len(empty):
            diverged.append(f"{value:g}: in round {empty.min()}")
    heads = (("model destroyed", destroyed), ("every client diverged", diverged))
    return [line for head, lines in heads if lines for line in (head, *lines)]


def _look(attack: str) -> tuple:
    return (*style.attack(attack)[:2], "-")


def _finish_column(
    column: Sequence, runs: pd.DataFrame, values: Sequence[float], marks: Sequence[float]
) -> None:
    panel.backdoor_limits(column[0])
    for axis in column:
        if len(values):
            panel.value_ticks(axis, values)
        for mark in marks:
            if mark in values:
                axis.axvline(mark, color="black", linewidth=0.6, linestyle=(0, (1, 2)), zorder=1)
    for axis in column[:-1]:
        axis.tick_params(labelbottom=False)
    panel.mark_standin(column, runs)
