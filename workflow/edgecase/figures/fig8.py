"""Figure 8: how wide the network is, against how well the backdoor takes."""

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

#: the paper's widths; its LSTM has 25, 50, 100 and 200 hidden units.
WIDTHS = {"vgg9": (0.5, 1, 2), "lstm": (0.125, 0.25, 0.5, 1)}

_ROWS = {
    "backdoor (%)\nby round": 1.35,
    "main (%)\nby round": 0.8,
    "backdoor (%),\nlast rounds": 1.1,
}


@figure("fig8", parameters=("model.name", "model.width"))
def draw(table: pd.DataFrame) -> Figure:
    """One column per task and network: curves by width, and backdoor accuracy against width.

    `table` is tidy with the parameters `model.name` and `model.width`, the factor on the channels
    or units of every hidden layer. Dark curves are wide networks, dotted ones those without attack.
    What the paper runs and the table lacks is stated. Raises `DataError` if a column mixes
    participations, cases, attacks or defenses, or has two cells of one width.
    """
    table = curves.smoothed(table)
    widths = sorted(table["model.width"].unique())
    colors = dict(zip(widths, style.ramp(len(widths)), strict=True))
    columns = sorted(set(zip(table["task"], table["model.name"], strict=True)))

    keys = [(f"width × {width:g}", color, "-") for width, color in colors.items()]
    if (table["attack"] == "none").any():
        keys.append(style.attack("none"))
    page = Page(
        table,
        _ROWS.values(),
        len(columns),
        wide=len(columns) > 2,
        keys=keys,
        notes=[
            curves.seeds_note(table, "bands and bars"),
            curves.SMOOTHING_NOTE,
            points.window_note(table),
        ],
        caption=_caption(table),
        extra=0.3,
    )
    for (task, model), column in zip(columns, page.axes.T, strict=True):
        runs = table[(table["task"] == task) & (table["model.name"] == model)]
        attacked = runs[runs["attack"] != "none"]
        cells.one_value(runs, ("participation", "case", "defense"), "fig8", f"{task}, {model}")
        cells.one_value(attacked, ("attack",), "fig8", f"{task}, {model}")
        _draw_column(column, runs, colors)
        panel.main_limits(column[1], table[table["task"] == task])
    return page.finish(
        titles=[f"{style.task(task)}\n{model}" for task, model in columns], rows=_ROWS
    )


def _draw_column(column: Sequence, runs: pd.DataFrame, colors: dict[float, str]) -> None:
    backdoor, main, summary = column
    for name, of_attack in runs.groupby("attack", sort=False):
        look = style.attack(name)
        found = points.by_value(of_attack, "model.width", "fig8")
        for width, cell in found.items():
            line = ("", colors[width], ":" if name == "none" else "-")
            panel.curve(backdoor, cell, curves.BACKDOOR, line)
            panel.curve(main, cell, curves.MAIN, line)
        panel.points(summary, points.along(found, points.last("backdoor_acc")), look)
    panel.value_ticks(summary, runs["model.width"])
    for axis in (backdoor, summary):
        panel.backdoor_limits(axis)
    for axis in (backdoor, main):
        axis.set_xlim(0, max(runs["fl_iter"].max(), 1))
    backdoor.tick_params(labelbottom=False)
    main.set_xlabel("round")
    summary.set_xlabel("width")
    panel.mark_standin(column, runs)
    absent = {
        "attack": (runs["attack"] != "none").any(),
        "no attack": (runs["attack"] == "none").any(),
    }
    panel.notice(backdoor, [f"{name}: not run" for name, there in absent.items() if not there])


def _caption(table: pd.DataFrame) -> list[str]:
    said = [_width_note(table), participation.note(table)]
    said += points.overrides_note(table)
    attacked = table[table["attack"] != "none"]
    absent = []
    for model, widths in WIDTHS.items():
        found = set(attacked.loc[attacked["model.name"] == model, "model.width"])
        if missing := [f"{width:g}" for width in widths if width not in found]:
            absent.append(f"{model} of width {', '.join(missing)}")
    if absent:
        said.append(f"In the paper, not run here: {'; '.join(absent)}.")
    return said


def _width_note(table: pd.DataFrame) -> str:
    note = "Width: factor on the channels of every hidden layer"
    return note + (", or on the LSTM's 200 units." if "lstm" in set(table["model.name"]) else ".")
