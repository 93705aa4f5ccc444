"""Figure 5: attacks against defenses, one panel for each defense and task."""

import math

import pandas as pd
from matplotlib.figure import Figure

from edgecase import curves
from edgecase.figures import cells, style

#: what the paper runs; the no-attack baseline and whatever else the table holds is drawn too.
ATTACKS = ("blackbox", "pgd", "pgd-replacement")
DEFENSES = ("no-defense", "norm-clipping", "krum", "multi-krum", "rfa")
NOT_IN_PAPER = {("pgd-replacement", "krum")}

_BACKDOOR_HEIGHT, _MAIN_HEIGHT = 1.2, 0.75


@style.styled
def draw(table: pd.DataFrame) -> Figure:
    """Columns are defenses; each task has a row of backdoor accuracy and one of main accuracy.

    `table` is tidy: the axes of a cell, standin, seed and the round columns. Backdoor curves are
    trailing means of 10 rounds. A cell that is missing from a panel is stated there; an attack or
    a defense of the paper that is missing altogether is stated below. Raises `DataError` if a
    panel would mix cells.
    """
    table = table.assign(backdoor_smooth=curves.smooth(table, "backdoor_acc"))
    tasks = sorted(table["task"].unique())
    attacks = cells.in_order(table["attack"], style.ATTACKS)
    defenses = cells.in_order(table["defense"], style.DEFENSES)

    heights = [_BACKDOOR_HEIGHT, _MAIN_HEIGHT] * len(tasks)
    figure, axes = style.panels(heights, len(defenses), style.FULL_WIDTH, 1.1)
    for row, task in enumerate(tasks):
        runs = table[table["task"] == task]
        cells.one_value(runs, ("participation", "case"), "fig5", task)
        _draw_task(axes[2 * row : 2 * row + 2], runs, attacks, defenses)
        axes[2 * row, 0].set_ylabel(f"{task}\nbackdoor (%)")
    for axis, defense in zip(axes[0], defenses, strict=True):
        axis.set_title(style.DEFENSES.get(defense, defense))
    for axis in axes[-1]:
        axis.set_xlabel("round")
    figure.align_ylabels(axes[:, 0])

    style.finish(
        figure,
        keys=[style.line_key(style.attack(attack)) for attack in attacks],
        notes=_notes(table),
        standin_tasks=cells.standin_tasks(table),
    )
    return figure


def _draw_task(axes, runs: pd.DataFrame, attacks: list[str], defenses: list[str]) -> None:
    last = max(runs["fl_iter"].max(), 1)
    low, high = runs["main_task_acc"].min(), runs["main_task_acc"].max()
    for column, defense in enumerate(defenses):
        backdoor, main = axes[:, column]
        absent = []
        for attack in attacks:
            entry = style.attack(attack)
            cell = runs[(runs["attack"] == attack) & (runs["defense"] == defense)]
            if cell.empty:
                why = "not in the paper" if (attack, defense) in NOT_IN_PAPER else "not run"
                gap = " " if len(entry[0] + why) < 20 else "\n"
                absent.append(f"{entry[0]}:{gap}{why}")
                continue
            cells.one_value(cell, ("override",), "fig5", f"{attack} under {defense}")
            style.band(backdoor, curves.curve(cell, "backdoor_smooth"), entry)
            style.band(main, curves.curve(cell, "main_task_acc"), entry)
        backdoor.set_ylim(-3, 103)
        main.set_ylim(5 * math.floor(low / 5) - 0.5, 5 * math.ceil(high / 5) + 0.5)
        backdoor.tick_params(labelbottom=False)
        for axis in (backdoor, main):
            axis.set_xlim(0, last)
            axis.tick_params(labelleft=column == 0)
            if runs["standin"].any():
                style.mark_standin(axis)
        style.notice(backdoor, absent if backdoor.lines else ["not run"])
        style.notice(main, [] if main.lines else ["not run"])
    axes[1, 0].set_ylabel("main (%)")


def _notes(table: pd.DataFrame) -> list[str]:
    notes = [curves.seeds_note(table), curves.SMOOTHING_NOTE]
    absent = [style.ATTACKS[a][0] for a in ATTACKS if a not in set(table["attack"])]
    absent += [style.DEFENSES[d] for d in DEFENSES if d not in set(table["defense"])]
    if absent:
        notes.append(f"In the paper, not run here: {', '.join(absent)}.")
    named = table[["task", "attack", "defense", "override"]].drop_duplicates()
    for cell in named[named["override"] != "default"].itertuples():
        notes.append(f"{cell.task}, {cell.attack} under {cell.defense}: {cell.override}.")
    notes.append("The paper's task 4 is not covered yet.")
    return notes
