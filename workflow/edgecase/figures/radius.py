"""Figure 5's supplement: PGD over a grid of radii, since one radius flatters a defense."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from edgecase.analysis import curves
from edgecase.figures import cells, fig5, participation, points, style

#: as many radii as show which one passes; fewer are stated in the panel.
RADII = 5

#: attacks that have no radius are levels to compare with.
_LEVELS = {
    "none": style.ATTACKS["none"],
    "blackbox": (*style.ATTACKS["blackbox"][:2], (0, (4, 2))),
}
_BACKDOOR = points.last("backdoor_acc")
_ROWS = {"backdoor (%),\nlast rounds": 1.2, "attackers\naccepted (%)": 0.7}


@style.styled
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
    keys = [style.line_key(_look(attack)) for attack in [*levels, *balls]]
    notes = _notes(table)
    width = style.FULL_WIDTH if len(defenses) > 2 else style.COLUMN_WIDTH
    room = style.room(width, notes, keys, table["standin"].any())
    figure, axes = style.panels(list(_ROWS.values()) * len(tasks), len(defenses), width, room)
    for row, task in enumerate(tasks):
        runs = table[table["task"] == task]
        cells.one_value(runs, ("participation", "case"), "fig5-radius", task)
        block = axes[2 * row : 2 * row + 2]
        for number, defense in enumerate(defenses):
            _draw_column(block[:, number], runs[runs["defense"] == defense], balls, levels)
            _finish_column(block[:, number], runs, number == 0)
        backdoor, accepted = _ROWS
        block[0, 0].set_ylabel(f"{task}\n{backdoor}")
        block[1, 0].set_ylabel(accepted)
    for axis, defense in zip(axes[0], defenses, strict=True):
        axis.set_title(style.DEFENSES.get(defense, defense))
    for axis in axes[-1]:
        axis.set_xlabel("radius")
    figure.align_ylabels(axes[:, 0])
    style.finish(figure, keys=keys, notes=notes, standin_tasks=cells.standin_tasks(table))
    return figure


def _look(attack: str) -> tuple:
    return _LEVELS.get(attack, (*style.attack(attack)[:2], "-"))


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
        style.baseline(backdoor, points.reached(cell, _BACKDOOR), _look(attack))
        if (cell["num_attackers"] > 0).any():
            style.baseline(accepted, points.reached(cell, points.accepted_share), _look(attack))
    for attack in balls:
        found = points.by_value(runs[runs["attack"] == attack], "eps", "fig5-radius")
        if len(found) < RADII:
            count = f"{len(found)} of ≥ {RADII} radii" if found else "not run"
            absent.append(f"{_look(attack)[0]}:{chr(10) if len(attack) > 3 else ' '}{count}")
        if found:
            style.points(backdoor, points.along(found, _BACKDOOR), _look(attack))
            style.points(accepted, points.along(found, points.accepted_share), _look(attack))
    style.notice(backdoor, absent if len(runs) else ["not run"])
    style.notice(accepted, [] if len(runs) else ["not run"])


def _finish_column(column: Sequence, runs: pd.DataFrame, first: bool) -> None:
    """Ticks, limits and mark; `runs` are all of the task, so that its columns compare."""
    radii = sorted(runs["eps"].dropna().unique())
    backdoor, accepted = column
    style.backdoor_limits(backdoor)
    accepted.set_ylim(-8, 108)
    for axis in column:
        if radii:
            style.value_ticks(axis, radii)
            axis.set_xlim(radii[0] / 1.3, radii[-1] * 1.3)
        axis.tick_params(labelleft=first)
        if runs["standin"].any():
            style.mark_standin(axis)
    backdoor.tick_params(labelbottom=False)


def _where(cell: pd.DataFrame) -> str:
    return f"{cell['task'].iloc[0]} under {cell['defense'].iloc[0]}"


def _notes(table: pd.DataFrame) -> list[str]:
    notes = [curves.seeds_note(table), points.window_note(table), participation.note(table)]
    notes.append("Radius: that of round 1. Accepted: attackers with a weight above 0.")
    notes += points.overrides_note(table)
    absent = [style.ATTACKS[a][0] for a in ("none", "pgd") if a not in set(table["attack"])]
    absent += [style.DEFENSES[d] for d in fig5.DEFENSES if d not in set(table["defense"])]
    if absent:
        notes.append(f"Not run here: {', '.join(absent)}.")
    return notes
