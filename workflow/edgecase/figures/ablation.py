"""The fidelity ablation: what each departure of the released code changes, as a forest plot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edgecase.analysis.ablation import PARAMETERS, SWITCHES, effects, not_run, without_base
from edgecase.base.lazy import pandas as pd
from edgecase.figures import cells, panel, points, style
from edgecase.figures.page import Page, key
from edgecase.figures.registry import figure
from edgecase.results.attacks import unattacked_note

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PANELS = ("backdoor", "main")
_ROW = 0.17  # inches
_MARKER: dict[str, Any] = {
    "marker": "o",
    "markersize": 4,
    "linestyle": "none",
    "markeredgewidth": 0.9,
}


@figure("ablation", parameters=PARAMETERS)
def draw(table: pd.DataFrame) -> Figure:
    """A group per switch, a row per cell; panels: change of backdoor accuracy and of main accuracy.

    `table` is tidy with the columns `edgecase.analysis.ablation.PARAMETERS`. A switch that no
    cell flips has a row that says so. Raises `DataError` as `analysis.ablation.effects` does.
    """
    found = effects(table)
    rows = _rows(found)
    page = Page(
        table,
        [_ROW * len(rows)],
        len(_PANELS),
        wide=True,
        keys=[
            key("interval excludes 0", **_MARKER),
            key("it does not", markerfacecolor="white", **_MARKER),
        ],
        notes=_notes(table, found),
        caption=_caption(table, found),
    )
    for axis, accuracy in zip(page.axes[0], _PANELS, strict=True):
        _draw_panel(axis, rows, accuracy, style.measure(accuracy)[1])
    panel.mark_standin(page.axes[0], table)
    _label(page.axes[0, 0], rows)
    page.axes[0, 1].set_yticks([])
    titles = [style.measure(accuracy)[0] for accuracy in _PANELS]
    return page.finish(titles=titles, xlabel="change in the last rounds (points)")


def _rows(found: pd.DataFrame) -> list[tuple[str, pd.Series | None]]:
    """Label and effect of each row: for each switch its name, without an effect, then its cells.

    A name without cells stands for a switch that was not run.
    """
    absent = {(switch.name, value) for switch, value in not_run(found)}
    rows: list[tuple[str, pd.Series | None]] = []
    for switch in SWITCHES.values():
        own = found[found["switch"] == switch.name]
        values = {*own["value"], *(value for name, value in absent if name == switch.name)}
        for value in cells.in_order(values, switch.alternatives):
            item = "" if switch.item is None else f"{switch.item}  "
            rows.append((f"{item}{switch.name}: {value}", None))
            for _, effect in own[own["value"] == value].iterrows():
                rows.append((_cell(effect, found), effect))
    return rows


def _cell(effect: pd.Series, found: pd.DataFrame) -> str:
    """The cell: task, attack and defense, and what sets it apart from most of the rows."""
    parts = [style.task(effect["task"]), style.attack(effect["attack"])[0]]
    parts.append(style.defense(effect["defense"]))
    parts += [effect[axis] for axis, value in _usual(found).items() if effect[axis] != value]
    if effect["n"] != found["n"].max():
        parts.append("1 seed" if effect["n"] == 1 else f"{effect['n']} seeds")
    return ", ".join(parts)


def _usual(found: pd.DataFrame) -> dict[str, str]:
    """The participation and the case of most rows."""
    return {axis: found[axis].mode().iloc[0] for axis in ("participation", "case")}


def _draw_panel(axis: Axes, rows: list, accuracy: str, color: str) -> None:
    axis.axvline(0, color="black", linewidth=0.7)
    for place, (_, effect) in enumerate(rows):
        if effect is None:
            if place + 1 == len(rows) or rows[place + 1][1] is None:
                axis.annotate(
                    "not run",
                    (0, place),
                    (3, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=style.note_size(),
                    color=style.GREY,
                )
            continue
        mean, low, high = (effect[f"{accuracy}_{part}"] for part in ("difference", "low", "high"))
        if pd.notna(low):
            axis.plot([low, high], [place, place], color=color)
        face = color if low > 0 or high < 0 else "white"
        axis.plot(mean, place, color=color, markerfacecolor=face, zorder=3, **_MARKER)
    axis.set_ylim(len(rows) - 0.5, -0.5)
    left, right = axis.get_xlim() if len(axis.lines) > 1 else (-1, 1)
    axis.set_xlim(max(left, -100), min(right, 100))
    axis.grid(axis="y", visible=False)


def _label(axis: Axes, rows: list) -> None:
    """Names of switches in bold, of cells below them."""
    axis.set_yticks(range(len(rows)), labels=[label for label, _ in rows])
    axis.tick_params(axis="y", length=0)
    for text, (_, effect) in zip(axis.get_yticklabels(), rows, strict=True):
        text.set_fontweight("bold" if effect is None else "normal")


def _notes(table: pd.DataFrame, found: pd.DataFrame) -> list[str]:
    if found.empty:
        return []
    seeds = found["n"].max()
    several = f"Mean of {seeds} seeds (bars: 95 % intervals, paired by seed)."
    return [several if seeds > 1 else "One seed.", points.window_note(table)]


def _caption(table: pd.DataFrame, found: pd.DataFrame) -> list[str]:
    said = ["Each row flips one switch (number: item of docs/fidelity.md) and leaves the rest."]
    if len(found):
        said.append(f"Cells: {', '.join(_usual(found).values())}, unless a row names another.")
        said.append(
            "No correction for the number of rows: about one in twenty is marked by chance."
        )
    said += unattacked_note(table)
    if unpaired := without_base(table):
        said.append(f"Base not run: {', '.join(unpaired)}.")
    return said
