"""Figure 4: backdoor accuracy when p = 100, 50 or 10 % of the edge data is the attacker's."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from edgecase.analysis import curves
from edgecase.figures import cells, printed, style

_ROWS = {"backdoor (%)": 1.55, "main (%)": 0.95, "attacker's norm\ndifference": 1.0}
_PRINTED = {"linestyle": "none", "marker": "o", "markersize": 3, "markerfacecolor": "white"}
_PRINTED |= {"markeredgewidth": 0.8, "elinewidth": 0.6}
_PRINTED_LABEL = "printed in the authors' notebook (smoothed, ±2)"


@style.styled
def draw(table: pd.DataFrame) -> Figure:
    """One column per task and override; rows backdoor accuracy, main accuracy, norm difference.

    `table` is tidy: the axes of a cell, standin, seed and the round columns. Backdoor curves are
    trailing means of 10 rounds; a case the table does not hold is stated in its column. Raises
    `DataError` if a column mixes participations, attacks or defenses.
    """
    table = table.assign(backdoor_smooth=curves.smooth(table, "backdoor_acc"))
    columns = _columns(table)
    width = style.FULL_WIDTH if len(columns) > 1 else style.COLUMN_WIDTH
    margins = 1.3 if len(columns) > 1 else 2.0
    figure, axes = style.panels(list(_ROWS.values()), len(columns), width, margins)
    with_points = []
    for (task, override), column in zip(columns, axes.T, strict=True):
        runs = table[(table["task"] == task) & (table["override"] == override)]
        cells.one_value(runs, ("participation", "attack", "defense"), "fig4", f"{task}/{override}")
        _draw_column(column, runs)
        if not runs["standin"].any() and _draw_printed(column, runs, task):
            with_points.append(task)
        column[0].set_title(_title(task, override, table))
    for task in dict(columns):
        own = [number for number, (name, _) in enumerate(columns) if name == task]
        for row in axes[1:]:
            _share_limits(row[own])
    for axis, label in zip(axes[:, 0], _ROWS, strict=True):
        axis.set_ylabel(label)
    figure.align_ylabels(axes[:, 0])

    keys = [style.line_key(entry) for entry in style.CASES.values()]
    if with_points:
        keys.append(Line2D([], [], color="black", label=_PRINTED_LABEL, **_without(_PRINTED)))
    style.finish(
        figure,
        keys=keys,
        notes=_notes(table, with_points),
        standin_tasks=cells.standin_tasks(table),
    )
    return figure


def _without(properties: dict) -> dict:
    return {name: value for name, value in properties.items() if name != "elinewidth"}


def _columns(table: pd.DataFrame) -> list[tuple[str, str]]:
    """(task, override) of each column: the matched split of a task before the published one."""
    pairs = set(zip(table["task"], table["override"], strict=True))
    return sorted(pairs, key=lambda pair: (pair[0], "matched" not in pair[1], pair[1]))


def _title(task: str, override: str, table: pd.DataFrame) -> str:
    overrides = table.loc[table["task"] == task, "override"]
    if "matched" in override:
        return f"{task}\nmatched split (judged)"
    if override == "default" and overrides.str.contains("matched").any():
        return f"{task}\npublished split (beside)"
    return task if override == "default" else f"{task}\n{override}"


def _draw_column(column, runs: pd.DataFrame) -> None:
    backdoor, main, norm = column
    absent = []
    for case, entry in style.CASES.items():
        cell = runs[runs["case"] == case]
        if cell.empty:
            absent.append(f"{case}: not run")
            continue
        style.band(backdoor, curves.curve(cell, "backdoor_smooth"), entry)
        style.band(main, curves.curve(cell, "main_task_acc"), entry)
        attacked = cell[cell["num_attackers"] > 0]
        style.band(norm, curves.curve(attacked, "adv_norm_diff"), entry)
    last = runs["fl_iter"].max()
    for axis in column:
        axis.set_xlim(0, max(last, 1))
        if runs["standin"].any():
            style.mark_standin(axis)
    for axis in (backdoor, main):
        axis.tick_params(labelbottom=False)
    norm.set_xlabel("round")
    backdoor.set_ylim(-3, 103)
    main.set_ylim(top=min(100.5, main.get_ylim()[1]))
    norm.set_ylim(bottom=0)
    style.notice(backdoor, absent)


def _share_limits(axes: Sequence[Axes]) -> None:
    """Give panels of one task, side by side, one y-range, so that they compare by eye."""
    bottoms, tops = zip(*(axis.get_ylim() for axis in axes), strict=True)
    for axis in axes:
        axis.set_ylim(min(bottoms), max(tops))


def _draw_printed(column, runs: pd.DataFrame, task: str) -> bool:
    """Draw the authors' points up to our last round; False where their run is another one."""
    same_run = task in printed.TASKS and (runs["participation"] == printed.PARTICIPATION).all()
    same_run = same_run and set(runs["attack"]) == {"blackbox"}
    if not same_run or set(runs["defense"]) != {"no-defense"}:
        return False
    backdoor, main, norm = column
    last = runs["fl_iter"].max()
    for case, points in printed.BACKDOOR.items():
        ends = {t: (v - printed.TOLERANCE, v + printed.TOLERANCE) for t, v in points.items()}
        _points(backdoor, ends, last, style.CASES[case][1])
    _points(main, {t: (v, v) for t, v in printed.MAIN.items()}, last, "black")
    for case, ends in printed.NORM_DIFFERENCE.items():
        _points(norm, ends, last, style.CASES[case][1])
    return True


def _points(axis: Axes, ends: dict[int, tuple[float, float]], last: int, color: str) -> None:
    rounds = [t for t in ends if t <= last]
    middle = [sum(ends[t]) / 2 for t in rounds]
    half = [(ends[t][1] - ends[t][0]) / 2 for t in rounds]
    axis.errorbar(rounds, middle, yerr=half, color=color, clip_on=False, **_PRINTED)


def _notes(table: pd.DataFrame, with_points: list[str]) -> list[str]:
    notes = [curves.seeds_note(table), curves.SMOOTHING_NOTE]
    notes.append("Norm difference: rounds with an attacker.")
    if with_points:
        notes.append("Points for the main accuracy are one curve for both cases.")
    if "mnist-ardis" in with_points:
        notes.append(
            "The notebook's run was on EMNIST with 3,383 clients, 30 a round; on another data set "
            "or scale its points are no target."
        )
    notes.append("The paper's tasks 3 to 5 are not covered yet.")
    return notes
