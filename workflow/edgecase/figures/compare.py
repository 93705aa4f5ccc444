"""Small multiples of curves, one line per attack: figure 5 and the appendix's comparisons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from edgecase.analysis import curves
from edgecase.figures import cells, panel, participation, printed, style
from edgecase.figures.page import Page
from edgecase.results.rounds import CELL_AXES

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

_BACKDOOR_HEIGHT, _MAIN_HEIGHT = 1.2, 0.75


def _not_run(attack: str, defense: str) -> str | None:
    return "not run"


def draw(
    table: pd.DataFrame,
    figure: str,
    caption: Sequence[str] = (),
    columns: str = "defense",
    look: Callable[[str], tuple] = style.attack,
    reason: Callable[[str, str], str | None] = _not_run,
) -> Figure:
    """One panel of backdoor and one of main accuracy for each task and defense.

    `columns`, "defense" or "task", is the axis that lies along a row; the other one has a row of
    backdoor and one of main accuracy for each value. `look` gives an attack's label, colour and
    line style. `reason` says why a panel lacks an attack under a defense, or None to leave it to
    the caption. `figure` names the figure in errors: `DataError` if a panel would mix cells.
    """
    table = curves.smoothed(table)
    rows = "task" if columns == "defense" else "defense"
    across, down = (cells.in_order(table[axis], _known(axis)) for axis in (columns, rows))
    attacks = cells.in_order(table["attack"], style.ATTACKS)
    for task, runs in table.groupby("task"):
        cells.one_value(runs, ("participation", "case"), figure, str(task))

    reported = [printed.repeats(cell) for _, cell in table.groupby(list(CELL_AXES))]
    page = Page(
        table,
        [_BACKDOOR_HEIGHT, _MAIN_HEIGHT] * len(down),
        len(across),
        wide=len(across) > 2,
        keys=[*map(look, attacks), *([printed.legend_entry()] if any(reported) else [])],
        notes=[curves.seeds_note(table), curves.SMOOTHING_NOTE],
        caption=[*common_caption(table), *caption],
    )
    labels = []
    for row, name in enumerate(down):
        runs = table[table[rows] == name]
        block = page.axes[2 * row : 2 * row + 2]
        for number, other in enumerate(across):
            own = runs[runs[columns] == other]
            defense = other if columns == "defense" else name
            absent = []
            for attack in attacks:
                cell = own[own["attack"] == attack]
                if cell.empty:
                    _state(absent, look(attack)[0], reason(attack, defense))
                    continue
                cells.one_value(cell, ("override",), figure, f"{attack} under {defense}")
                panel.curve(block[0, number], cell, curves.BACKDOOR, look(attack))
                panel.curve(block[1, number], cell, curves.MAIN, look(attack))
                if printed.repeats(cell):
                    last, case = cell["fl_iter"].max(), cell["case"].iloc[0]
                    printed.mark_backdoor(block[0, number], case, last, look(attack)[1])
            of_task = runs if rows == "task" else table[table["task"] == other]
            _finish_panels(block[:, number], of_task, own, absent, number == 0)
        labels += [f"{_label(rows, name)}\nbackdoor (%)", "main (%)"]
    titles = [_label(columns, name) for name in across]
    return page.finish(titles=titles, rows=labels, xlabel="round")


def common_caption(table: pd.DataFrame) -> list[str]:
    """Participation and overrides: what the caption of every figure of curves says."""
    said = [participation.note(table)]
    named = table[["task", "attack", "defense", "override"]].drop_duplicates()
    for cell in named[named["override"] != "default"].itertuples():
        where = f"{style.task(str(cell.task))}, {style.attack(str(cell.attack))[0]}"
        said.append(f"{where} under {style.defense(str(cell.defense))}: {cell.override}.")
    return said


def _known(axis: str) -> Sequence[str]:
    return list(style.DEFENSES) if axis == "defense" else []


def _label(axis: str, name: str) -> str:
    return style.defense(name) if axis == "defense" else style.task(name)


def _state(absent: list[str], label: str, why: str | None) -> None:
    if why:
        absent.append(f"{label}: {why}")


def _finish_panels(
    axes: np.ndarray, runs: pd.DataFrame, own: pd.DataFrame, absent: list[str], first: bool
) -> None:
    """Limits, ticks, mark and notices of one column; `runs` are the rows of its task."""
    backdoor, main = axes
    panel.backdoor_limits(backdoor)
    panel.main_limits(main, runs)
    backdoor.tick_params(labelbottom=False)
    for axis in axes:
        axis.set_xlim(0, max(runs["fl_iter"].max(), 1))
        axis.tick_params(labelleft=first)
    # A panel without a cell belongs to a row or column of stand-ins if all of it is.
    panel.mark_standin(axes, own if len(own) else runs)
    panel.notice(backdoor, absent if len(own) else ["not run"])
    panel.notice(main, [] if len(own) else ["not run"])
