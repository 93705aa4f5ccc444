"""Figure 4: backdoor accuracy when p = 100, 50 or 10 % of the edge data is the attacker's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from edgecase.analysis import curves
from edgecase.figures import cells, panel, printed, style
from edgecase.figures.page import Page, key
from edgecase.figures.registry import figure

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROWS = {"backdoor (%)": 1.55, "main (%)": 0.95, "attacker's norm\ndifference": 1.0}
_PRINTED: dict[str, Any] = {
    "linestyle": "none",
    "marker": "o",
    "markersize": 3,
    "markerfacecolor": "white",
    "markeredgewidth": 0.8,
}
_PRINTED_KEY = {"label": "printed in the authors' notebook (smoothed, ±2)"} | _PRINTED


@figure("fig4")
def draw(table: pd.DataFrame) -> Figure:
    """One column per task and override; rows backdoor accuracy, main accuracy, norm difference.

    `table` is tidy: the axes of a cell, standin, seed and the round columns. Backdoor curves are
    trailing means of 10 rounds; a case the table does not hold is stated in its column. Raises
    `DataError` if a column mixes participations, attacks or defenses.
    """
    table = table.assign(backdoor_smooth=curves.smooth(table, "backdoor_acc"))
    columns = {
        (task, override): table[(table["task"] == task) & (table["override"] == override)]
        for task, override in _columns(table)
    }
    for (task, override), runs in columns.items():
        cells.one_value(runs, ("participation", "attack", "defense"), "fig4", f"{task}/{override}")
    with_points = [name for name, runs in columns.items() if _is_printed(name[0], runs)]
    page = Page(
        table,
        _ROWS.values(),
        len(columns),
        wide=len(columns) > 1,
        keys=[*style.CASES.values(), *([key(**_PRINTED_KEY)] if with_points else [])],
        notes=_notes(table, [task for task, _ in with_points]),
        margins=1.3 if len(columns) > 1 else 2.0,
    )
    for (name, runs), column in zip(columns.items(), page.axes.T, strict=True):
        _draw_column(column, runs)
        if name in with_points:
            _draw_printed(column, runs)
    for task in dict.fromkeys(task for task, _ in columns):
        own = [number for number, (name, _) in enumerate(columns) if name == task]
        for row in page.axes[1:]:
            _share_limits(row[own])
    return page.finish(titles=[_title(*name, table) for name in columns], rows=_ROWS)


def _columns(table: pd.DataFrame) -> list[tuple[str, str]]:
    """(task, override) of each column: the matched split of a task before the published one."""
    pairs = set(zip(table["task"], table["override"], strict=True))
    return sorted(pairs, key=lambda pair: (pair[0], "matched" not in pair[1], pair[1]))


def _title(task: str, override: str, table: pd.DataFrame) -> str:
    overrides = table.loc[table["task"] == task, "override"]
    if "matched" in override:
        return f"{task}\nmatched (judged)"
    if override == "default" and overrides.str.contains("matched").any():
        return f"{task}\npublished (beside)"
    return task if override == "default" else f"{task}\n{override}"


def _draw_column(column, runs: pd.DataFrame) -> None:
    backdoor, main, norm = column
    absent = []
    for case, entry in style.CASES.items():
        cell = runs[runs["case"] == case]
        if cell.empty:
            absent.append(f"{case}: not run")
            continue
        panel.band(backdoor, curves.curve(cell, "backdoor_smooth"), entry)
        panel.band(main, curves.curve(cell, "main_task_acc"), entry)
        attacked = cell[cell["num_attackers"] > 0]
        panel.band(norm, curves.curve(attacked, "adv_norm_diff"), entry)
    last = runs["fl_iter"].max()
    for axis in column:
        axis.set_xlim(0, max(last, 1))
    for axis in (backdoor, main):
        axis.tick_params(labelbottom=False)
    norm.set_xlabel("round")
    backdoor.set_ylim(-3, 103)
    main.set_ylim(top=min(100.5, main.get_ylim()[1]))
    norm.set_ylim(bottom=0)
    panel.mark_standin(column, runs)
    panel.notice(backdoor, absent)


def _share_limits(axes: Sequence[Axes]) -> None:
    """Give panels of one task, side by side, one y-range, so that they compare by eye."""
    bottoms, tops = zip(*(axis.get_ylim() for axis in axes), strict=True)
    for axis in axes:
        axis.set_ylim(min(bottoms), max(tops))


def _is_printed(task: str, runs: pd.DataFrame) -> bool:
    """Whether `runs` of a task are the run that the authors print, on real data."""
    same = {"participation": printed.PARTICIPATION, "attack": "blackbox", "defense": "no-defense"}
    like = all((runs[axis] == value).all() for axis, value in same.items())
    return task in printed.TASKS and like and not runs["standin"].any()


def _draw_printed(column, runs: pd.DataFrame) -> None:
    """Draw the authors' points up to our last round."""
    backdoor, main, norm = column
    last = runs["fl_iter"].max()
    for case, points in printed.BACKDOOR.items():
        ends = {t: (v - printed.TOLERANCE, v + printed.TOLERANCE) for t, v in points.items()}
        _points(backdoor, ends, last, style.CASES[case][1])
    _points(main, {t: (v, v) for t, v in printed.MAIN.items()}, last, "black")
    for case, ends in printed.NORM_DIFFERENCE.items():
        _points(norm, ends, last, style.CASES[case][1])


def _points(axis: Axes, ends: dict[int, tuple[float, float]], last: int, color: str) -> None:
    rounds = [t for t in ends if t <= last]
    middle = [sum(ends[t]) / 2 for t in rounds]
    half = [(ends[t][1] - ends[t][0]) / 2 for t in rounds]
    axis.errorbar(rounds, middle, yerr=half, color=color, clip_on=False, elinewidth=0.6, **_PRINTED)


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
    return notes
