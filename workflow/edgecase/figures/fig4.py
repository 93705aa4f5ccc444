"""Figure 4: backdoor accuracy when p = 100, 50 or 10 % of the edge data is the attacker's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from edgecase.analysis import curves
from edgecase.analysis.printed import MAIN, NORM_DIFFERENCE, TOLERANCE, beside
from edgecase.figures import cells, panel, printed, style
from edgecase.figures.page import Page
from edgecase.figures.registry import figure

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROWS = {"backdoor (%)": 1.55, "main (%)": 0.95, "attacker's norm\ndifference": 1.0}


@figure("fig4")
def draw(table: pd.DataFrame) -> Figure:
    """One column per task and override; rows backdoor accuracy, main accuracy, norm difference.

    `table` is tidy: the axes of a cell, standin, seed and the round columns. Backdoor curves are
    trailing means of 10 rounds; a case the table does not hold is stated in its column. Raises
    `DataError` if a column mixes participations, attacks or defenses.
    """
    table = curves.smoothed(table)
    columns = {(task, override): _runs(table, task, override) for task, override in _columns(table)}
    for (task, override), runs in columns.items():
        where = f"{task}/{override}"
        cells.one_value(runs, ("participation", "defense"), "fig4", where)
        cells.one_value(_attacked(runs), ("attack",), "fig4", where)
    with_points = [name for name, runs in columns.items() if _is_printed(runs)]
    page = Page(
        table,
        _ROWS.values(),
        len(columns),
        wide=len(columns) > 1,
        keys=[
            *map(style.case, style.CASES),
            style.attack("none"),
            *([printed.legend_entry()] if with_points else []),
        ],
        notes=[curves.seeds_note(table), curves.SMOOTHING_NOTE],
        caption=_caption({name: columns[name] for name in with_points}),
        margins=1.3 if len(columns) > 1 else 2.0,
    )
    for (name, runs), column in zip(columns.items(), page.axes.T, strict=True):
        _draw_column(column, runs, with_printed=name in with_points)
    for task in dict.fromkeys(task for task, _ in columns):
        own = [number for number, (name, _) in enumerate(columns) if name == task]
        _share_limits(page.axes[2, own])
        for number in own:
            panel.main_limits(page.axes[1, number], table[table["task"] == task])
        for number in own if any(name == task for name, _ in with_points) else ():
            low, high = page.axes[1, number].get_ylim()
            page.axes[1, number].set_ylim(min(low, *MAIN.values()), max(high, 100.5))
    return page.finish(titles=[_title(*name, table) for name in columns], rows=_ROWS)


def _columns(table: pd.DataFrame) -> list[tuple[str, str]]:
    """(task, override) of each column: the matched split of a task before the published one."""
    table = table[table["attack"] != "none"] if (table["attack"] != "none").any() else table
    pairs = set(zip(table["task"], table["override"], strict=True))
    return sorted(pairs, key=lambda pair: (pair[0], "matched" not in pair[1], pair[1]))


def _runs(table: pd.DataFrame, task: str, override: str) -> pd.DataFrame:
    """A column's cells; without a baseline of its own, with the task's, as claims have it."""
    of_task, quiet = table["task"] == task, table["attack"] == "none"
    own = of_task & (table["override"] == override)
    if not (own & quiet).any():
        own |= of_task & quiet & (table["override"] == "default")
    return table[own]


def _title(task: str, override: str, table: pd.DataFrame) -> str:
    overrides = table.loc[table["task"] == task, "override"]
    if "matched" in override:
        return f"{style.task(task)}\nmatched (judged)"
    if override == "default" and overrides.str.contains("matched").any():
        return f"{style.task(task)}\npublished (beside)"
    return style.task(task) + ("" if override == "default" else f"\n{override}")


def _draw_column(column, runs: pd.DataFrame, *, with_printed: bool) -> None:
    backdoor, main, norm = column
    absent = []
    attack, quiet = _attacked(runs), runs[runs["attack"] == "none"]
    for case in style.CASES:
        cell, entry = attack[attack["case"] == case], style.case(case)
        if cell.empty:
            absent.append(f"{case}: not run")
            continue
        panel.curve(backdoor, cell, curves.BACKDOOR, entry)
        panel.curve(main, cell, curves.MAIN, entry)
        panel.curve(norm, cell[cell["num_attackers"] > 0], "adv_norm_diff", entry)
    if quiet.empty:
        absent.append("no attack: not run")
    for _, cell in quiet.groupby("case"):
        panel.curve(backdoor, cell, curves.BACKDOOR, style.attack("none"))
        panel.curve(main, cell, curves.MAIN, style.attack("none"))
    last = runs["fl_iter"].max()
    if with_printed:
        _draw_printed(column, last)
    for axis in column:
        axis.set_xlim(0, max(last, 1))
    for axis in (backdoor, main):
        axis.tick_params(labelbottom=False)
    norm.set_xlabel("round")
    panel.backdoor_limits(backdoor)
    norm.set_ylim(bottom=0)
    panel.mark_standin(column, runs)
    panel.notice(backdoor, absent)


def _share_limits(axes: Sequence[Axes]) -> None:
    """Give panels of one task, side by side, one y-range, so that they compare by eye."""
    bottoms, tops = zip(*(axis.get_ylim() for axis in axes), strict=True)
    for axis in axes:
        axis.set_ylim(min(bottoms), max(tops))


def _attacked(runs: pd.DataFrame) -> pd.DataFrame:
    return runs[runs["attack"] != "none"]


def _is_printed(runs: pd.DataFrame) -> bool:
    attacked = _attacked(runs)
    return len(attacked) > 0 and printed.repeats(attacked)


def _draw_printed(column, last: int) -> None:
    """Draw the authors' points up to our last round."""
    backdoor, main, norm = column
    for case, ends in NORM_DIFFERENCE.items():
        printed.mark_backdoor(backdoor, case, last, style.case(case)[1])
        printed.mark(norm, ends, last, style.case(case)[1])
    printed.mark(main, {t: (value, value) for t, value in MAIN.items()}, last, "black")


def _caption(with_points: Mapping[tuple[str, str], pd.DataFrame]) -> list[str]:
    said = ["Norm difference: rounds with an attacker."]
    if with_points:
        said.append("Points for the main accuracy are one curve for both cases.")
    for (task, _), runs in with_points.items():
        said += _within(task, runs)
    if any(task == "mnist-ardis" for task, _ in with_points):
        said.append(
            "The notebook's run was on EMNIST with 3,383 clients, 30 a round; on another data set "
            "or scale its points are no target."
        )
    return said


def _within(task: str, runs: pd.DataFrame) -> list[str]:
    """How many of the printed accuracies ours are close to, in a sentence."""
    found = [
        f"{quantity} {case} {points['inside'].sum()} of {len(points)}"
        for (quantity, case), points in beside(_attacked(runs)).groupby(["quantity", "case"])
    ]
    if not found:
        return []
    near = f"printed points within {TOLERANCE:g} of our mean"
    return [f"{style.task(task)}, {near}: {', '.join(found)}."]
