"""Figure 8: how many channels the network has, against how well the backdoor takes."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from edgecase.analysis import curves
from edgecase.figures import cells, participation, points, style

#: widths of the paper's VGG-9; its LSTM is of task 4.
WIDTHS = {"vgg9": (0.5, 1, 2)}

_ROWS = {
    "backdoor (%)\nby round": 1.35,
    "main (%)\nby round": 0.8,
    "backdoor (%),\nlast rounds": 1.1,
}


@style.styled
def draw(table: pd.DataFrame) -> Figure:
    """One column per task and network: curves by width, and backdoor accuracy against width.

    `table` is tidy with the parameters `model.name` and `model.width`, the factor on the channels
    of every hidden layer. Dark curves are wide networks, dotted ones those without attack. What the
    paper runs and the table lacks is stated. Raises `DataError` if a column mixes participations,
    cases, attacks or defenses, or has two cells of one width.
    """
    table = table.assign(backdoor_smooth=curves.smooth(table, "backdoor_acc"))
    widths = sorted(table["model.width"].unique())
    colors = dict(zip(widths, style.ramp(len(widths)), strict=True))
    columns = sorted(set(zip(table["task"], table["model.name"], strict=True)))

    keys = [style.line_key((f"width × {width:g}", color, "-")) for width, color in colors.items()]
    if (table["attack"] == "none").any():
        keys.append(style.line_key(style.attack("none")))
    notes = _notes(table)
    size = style.FULL_WIDTH if len(columns) > 2 else style.COLUMN_WIDTH
    room = style.room(size, notes, keys, table["standin"].any()) + 0.3
    figure, axes = style.panels(list(_ROWS.values()), len(columns), size, room)
    for (task, model), column in zip(columns, axes.T, strict=True):
        runs = table[(table["task"] == task) & (table["model.name"] == model)]
        attacked = runs[runs["attack"] != "none"]
        cells.one_value(runs, ("participation", "case", "defense"), "fig8", f"{task}, {model}")
        cells.one_value(attacked, ("attack",), "fig8", f"{task}, {model}")
        _draw_column(column, runs, colors)
        column[0].set_title(f"{task}\n{model}")
    for axis, label in zip(axes[:, 0], _ROWS, strict=True):
        axis.set_ylabel(label)
    figure.align_ylabels(axes[:, 0])
    style.finish(figure, keys=keys, notes=notes, standin_tasks=cells.standin_tasks(table))
    return figure


def _draw_column(column: Sequence, runs: pd.DataFrame, colors: dict[float, str]) -> None:
    backdoor, main, summary = column
    for name, of_attack in runs.groupby("attack", sort=False):
        look = style.attack(name)
        found = points.by_value(of_attack, "model.width", "fig8")
        for width, cell in found.items():
            line = ("", colors[width], ":" if name == "none" else "-")
            style.band(backdoor, curves.curve(cell, "backdoor_smooth"), line)
            style.band(main, curves.curve(cell, "main_task_acc"), line)
        style.points(summary, points.along(found, points.last("backdoor_acc")), look)
    style.value_ticks(summary, runs["model.width"])
    style.main_limits(main, runs)
    for axis in (backdoor, summary):
        style.backdoor_limits(axis)
    for axis in (backdoor, main):
        axis.set_xlim(0, max(runs["fl_iter"].max(), 1))
    backdoor.tick_params(labelbottom=False)
    main.set_xlabel("round")
    summary.set_xlabel("width")
    if runs["standin"].any():
        for axis in column:
            style.mark_standin(axis)
    style.notice(summary, [] if (runs["attack"] != "none").any() else ["attack: not run"])


def _notes(table: pd.DataFrame) -> list[str]:
    notes = [curves.seeds_note(table), curves.SMOOTHING_NOTE, points.window_note(table)]
    notes += ["Width: factor on the channels of every hidden layer.", participation.note(table)]
    notes += points.overrides_note(table)
    attacked = table[table["attack"] != "none"]
    for model, widths in WIDTHS.items():
        found = set(attacked.loc[attacked["model.name"] == model, "model.width"])
        absent = [f"{width:g}" for width in widths if width not in found]
        if absent:
            notes.append(f"In the paper, not run here: {model} of width {', '.join(absent)}.")
    notes.append("The paper's LSTM (task 4) is not covered yet.")
    return notes
