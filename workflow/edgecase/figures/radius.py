"""Figure 5's supplement: PGD over a grid of radii, since one radius flatters a defense."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from edgecase.analysis import curves
from edgecase.figures import cells, fig5, panel, participation, points, style
from edgecase.figures.page import Page
from edgecase.figures.registry import figure

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

#: as many radii as show which one passes; fewer are stated in the panel.
RADII = 5

#: attacks that have no radius are levels to compare with.
_LEVELS = {"none": ":", "blackbox": (0, (4, 2))}
_BACKDOOR = points.last("backdoor_acc")
_ROWS = {"backdoor (%),\nlast rounds": 1.2, "attackers\naccepted (%)": 0.7}


@figure("fig5-radius", parameters=("eps",))
def draw(table: pd.DataFrame) -> Figure:
    """Columns are defenses; each task has a row of backdoor accuracy and one of acceptance.

    `table` is tidy with the parameter `eps`, the radius of round 1, empty for an attack without
    one. Backdoor accuracy is that of the last rounds, with no attack and black-box as levels;
    acceptance is the share of attackers with a weight above 0. Raises `DataError` if a task mixes
    participations or cases, or a line has two cells of one radius.
    """
    tasks = sorted(table["task"].unique())
    defenses = cells.in_order(table["defense"], style.DEFENSES)
    balls = cells.in_order(table.loc[table["eps"].notna(), "attack"], style.ATTACKS)
    levels = cells.in_order(table.loc[table["eps"].isna(), "attack"], style.ATTACKS)
    page = Page(
        table,
        list(_ROWS.values()) * len(tasks),
        len(defenses),
        wide=len(defenses) > 2,
        keys=map(_look, [*levels, *balls]),
        notes=[curves.seeds_note(table, "bars"), points.window_note(table)],
        caption=_caption(table),
    )
    backdoor, accepted = _ROWS
    for row, task in enumerate(tasks):
        runs = table[table["task"] == task]
        cells.one_value(runs, ("participation", "case"), "fig5-radius", task)
        block = page.axes[2 * row : 2 * row + 2]
        for number, defense in enumerate(defenses):
            _draw_column(block[:, number], runs[runs["defense"] == defense], balls, levels)
            _finish_column(block[:, number], runs, number == 0)
    rows = [label for task in tasks for label in (f"{style.task(task)}\n{backdoor}", accepted)]
    return page.finish(titles=list(map(style.defense, defenses)), rows=rows, xlabel="radius")


def _look(attack: str) -> tuple:
    return *style.attack(attack)[:2], _LEVELS.get(attack, "-")


def _draw_column(
    column: Sequence, runs: pd.DataFrame, balls: Sequence[str], levels: Sequence[str]
) -> None:
    """The cells `runs` of one task and defense, and a notice of those that are absent."""
    backdoor, accepted = column
    absent = []
    for attack in levels:
        cell = runs[runs["attack"] == attack]
        if cell.empty:
            absent.append(f"{_look(attack)[0]}: not run")
            continue
        cells.one_value(cell, ("override",), "fig5-radius", f"{attack} in {_where(cell)}")
        panel.baseline(backdoor, points.reached(cell, _BACKDOOR), _look(attack))
        if (cell["num_attackers"] > 0).any():
            panel.baseline(accepted, points.reached(cell, points.accepted_share), _look(attack))
    for attack in balls:
        found = points.by_value(runs[runs["attack"] == attack], "eps", "fig5-radius")
        if len(found) < RADII:
            count = f"{len(found)} of ≥ {RADII} radii" if found else "not run"
            absent.append(f"{_look(attack)[0]}: {count}")
        if found:
            panel.points(backdoor, points.along(found, _BACKDOOR), _look(attack))
            panel.points(accepted, points.along(found, points.accepted_share), _look(attack))
    panel.notice(backdoor, absent if len(runs) else ["not run"])
    panel.notice(accepted, [] if len(runs) else ["not run"])


def _finish_column(column: Sequence, runs: pd.DataFrame, first: bool) -> None:
    """Ticks, limits and mark; `runs` are all of the task, so that its columns compare."""
    radii = sorted(runs["eps"].dropna().unique())
    backdoor, accepted = column
    panel.backdoor_limits(backdoor)
    accepted.set_ylim(-8, 108)
    for axis in column:
        if radii:
            panel.value_ticks(axis, radii)
            axis.set_xlim(radii[0] / 1.3, radii[-1] * 1.3)
        axis.tick_params(labelleft=first)
    backdoor.tick_params(labelbottom=False)
    panel.mark_standin(column, runs)


def _where(cell: pd.DataFrame) -> str:
    return f"{cell['task'].iloc[0]} under {cell['defense'].iloc[0]}"


def _caption(table: pd.DataFrame) -> list[str]:
    said = [participation.note(table)]
    said.append("Radius: that of round 1. Accepted: attackers with a weight above 0.")
    said += points.overrides_note(table)
    absent = [style.ATTACKS[a][0] for a in ("none", "pgd") if a not in set(table["attack"])]
    absent += [style.DEFENSES[d] for d in fig5.DEFENSES if d not in set(table["defense"])]
    if absent:
        said.append(f"Not run here: {', '.join(absent)}.")
    return said
