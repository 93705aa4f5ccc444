"""Figure 6: fairness of Krum, Multi-Krum and weak DP to an honest client with unusual data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edgecase.analysis import curves, fairness
from edgecase.base.lazy import pandas as pd
from edgecase.figures import cells, panel, points, style
from edgecase.figures.page import Page, key
from edgecase.figures.registry import figure
from edgecase.figures.sweep import destroyed_from
from edgecase.results.attacks import attacked
from edgecase.results.rounds import CELL_AXES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: the authors' standard deviations of weak DP's noise.
PUBLISHED = (0.025, 0.158)

#: who is accepted → name and colour, that of the accuracy that goes with it.
_CLIENTS = {
    "seated": ("unusual\nhonest client", "#009E73"),
    "typical": ("typical\nhonest client", "#0072B2"),
    "attacker": ("attacker", "#D55E00"),
}
_ACCURACIES = {
    "main_last": ("main accuracy", "#0072B2", "-"),
    "source_class_last": ("airplane accuracy (source class)", "#009E73", "--"),
    "backdoor_last": ("backdoor accuracy", "#D55E00", "-."),
}
_SELECTING = ("krum", "multi-krum")
_SWEPT = ("norm-clipping", "weak-dp")
_WIDTHS = (1, 1, 1.8)
_HEIGHT = 1.7
_ALIKE: dict[str, Any] = {"color": "black", "linewidth": 0.6, "linestyle": (0, (3, 2))}


@figure("fig6", parameters=tuple(fairness.PARAMETERS))
def draw(table: pd.DataFrame) -> Figure:
    """One row per task and attack: whom Krum and Multi-Krum accept, and accuracies under weak DP.

    `table` is tidy with the parameters of `fairness.PARAMETERS`. Numbers are those of
    `fairness.tabulate`. Norm clipping is drawn as weak DP without noise, no defense as levels.
    What the paper has and the table lacks is stated. Raises `DataError` if a row mixes
    participations, cases, seated clients or bounds, or a panel overrides, and if a cell has no
    seated client.
    """
    numbers = fairness.tabulate(table).join(_destroyed(table), on=list(CELL_AXES))
    rows = sorted(set(zip(numbers["task"], numbers["attack"], strict=True)))
    page = Page(
        table,
        [_HEIGHT] * len(rows),
        3,
        wide=True,
        keys=[
            *_ACCURACIES.values(),
            ("the same without a defense", "black", ":"),
            key("if all were accepted alike", **_ALIKE),
        ],
        notes=_notes(table, numbers),
    )
    page.axes[0, 0].get_gridspec().set_width_ratios(_WIDTHS)
    for (task, attack), row in zip(rows, page.axes, strict=True):
        runs = numbers[(numbers["task"] == task) & (numbers["attack"] == attack)]
        where = f"{task}, {attack}"
        one = ("participation", "case", "seated_client")
        cells.one_value(runs.astype(dict.fromkeys(one, str)), one, "fig6", where)
        for axis, defense in zip(row[:2], _SELECTING, strict=True):
            _draw_accepted(axis, runs[runs["defense"] == defense], f"{where}, {defense}")
            axis.set_title(style.DEFENSES[defense])
            axis.tick_params(labelleft=axis is row[0])
        row[0].set_ylabel(f"{task}\n{style.attack(attack)[0]}")
        _draw_sweep(row[2], runs, where)
        row[2].set_title(style.DEFENSES["weak-dp"])
        panel.mark_standin(row, runs)
    return page.finish()


def _draw_accepted(axis: Axes, cell: pd.DataFrame, where: str) -> None:
    """The shares of a defense that accepts some updates and refuses the others, %."""
    cells.one_value(cell, ("override",), "fig6", where)
    axis.set_xlim(-4, 104)
    axis.set_ylim(len(_CLIENTS) - 0.5, -0.5)
    axis.set_yticks(range(len(_CLIENTS)), labels=[label for label, _ in _CLIENTS.values()])
    axis.set_xlabel("accepted (%)")
    axis.grid(axis="y", visible=False)
    if cell.empty:
        panel.notice(axis, ["not run"])
        return
    shares = cell.iloc[0]
    if not shares["seeds"]:
        panel.notice(axis, ["no attacker acted"])
        return
    axis.axvline(100 * shares["alike"], **_ALIKE)
    for place, (client, (_, color)) in enumerate(_CLIENTS.items()):
        mean, low, high = (
            100 * shares[f"{client}_accepted_share_{part}"] for part in ("mean", "low", "high")
        )
        if pd.isna(mean):
            axis.text(50, place, "none takes part", ha="center", va="center", color=style.GREY)
            continue
        if pd.notna(low):
            axis.plot([low, high], [place, place], color=color)
        axis.plot(mean, place, marker="o", markersize=4, color=color, clip_on=False)
        inside = min(max(mean, 8), 92)
        axis.annotate(
            f"{mean:.0f} %",
            (inside, place),
            (0, 5),
            textcoords="offset points",
            ha="center",
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.3},
        )


def _draw_sweep(axis: Axes, runs: pd.DataFrame, where: str) -> None:
    """Accuracies against the noise's standard deviation, beside those without a defense."""
    axis.set_ylim(-3, 103)
    axis.set_ylabel("accuracy (%), last rounds")
    axis.set_xlabel("σ of the noise")
    plain = runs[runs["defense"] == "no-defense"]
    cells.one_value(plain, ("override",), "fig6", f"{where}, no-defense")
    for name, (label, color, _) in _ACCURACIES.items() if len(plain) else ():
        panel.baseline(axis, _ends(plain, name).iloc[0], (label, color, ":"))
    swept = _swept(runs, where)
    lost = swept.index[swept["destroyed"] > 0]
    for name, entry in _ACCURACIES.items():
        panel.points(axis, _ends(swept, name), entry, hollow=lost)
    if len(swept):
        panel.value_ticks(axis, swept.index)
        bound = swept["norm_bound"].iloc[0]
        axis.set_xlabel(f"σ of the noise on updates clipped to norm {bound:g}")
    absent = [] if len(plain) else ["no defense: not run"]
    if "weak-dp" in set(swept["defense"]):
        for value in swept.index.intersection(PUBLISHED):
            _mark_published(axis, value)
        missing = sorted(set(PUBLISHED).difference(swept.index))
        absent += [f"σ = {value:g} (published): not run" for value in missing]
    else:
        absent.append("weak DP: not run")
    panel.notice(axis, absent)


def _swept(runs: pd.DataFrame, where: str) -> pd.DataFrame:
    """The cells of the sweep by σ, norm clipping as σ = 0: one cell each, one bound for all."""
    swept = runs[runs["defense"].isin(_SWEPT)]
    bounds = swept[["norm_bound"]].map("{:g}".format)
    cells.one_value(bounds, ("norm_bound",), "fig6", f"{where}, weak-dp")
    swept = swept.assign(stddev=swept["stddev"].fillna(0.0)).set_index("stddev").sort_index()
    for value in swept.index.unique():
        where_now = f"{where}, σ = {value:g}"
        cells.one_value(swept.loc[[value]], ("defense", "override"), "fig6", where_now)
    return swept


def _ends(runs: pd.DataFrame, name: str) -> pd.DataFrame:
    return runs[[f"{name}_{part}" for part in ("mean", "low", "high")]].set_axis(
        ["mean", "low", "high"], axis=1
    )


def _mark_published(axis: Axes, value: float) -> None:
    axis.axvline(value, color=style.GREY, linewidth=0.6, zorder=1)
    axis.annotate(
        "published",
        (value, 1),
        (0, 1),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        ha="right",
        fontsize=6,
        color=style.GREY,
    )


def _notes(table: pd.DataFrame, numbers: pd.DataFrame) -> list[str]:
    notes = [fairness.STAND_IN_FOR_PICTURES, curves.seeds_note(table)]
    notes += ["Accepted: share of that client's participations.", points.window_note(table)]
    if "norm-clipping" in set(numbers["defense"]):
        notes.append("σ = 0 is norm clipping.")
    lost = numbers[numbers["destroyed"] > 0].sort_values(["task", "attack", "defense", "stddev"])
    if len(lost):
        notes.append(
            "Model destroyed (white where swept: from some round to the end, every client is left "
            "out as diverged or main accuracy is below half of the starting model's): "
            f"{'; '.join(map(_lost, lost.itertuples()))}."
        )
    drawn = {"no-defense", *_SELECTING, *_SWEPT}
    if others := sorted(set(numbers["defense"]) - drawn):
        notes.append(f"In the table without a panel: {', '.join(others)}.")
    return notes


def _lost(cell) -> str:
    name = style.defense(cell.defense)
    noise = "" if pd.isna(cell.stddev) else f", σ = {cell.stddev:g}"
    return f"{cell.task}, {name}{noise} in {cell.destroyed} of {cell.seeds} seeds"


def _destroyed(table: pd.DataFrame) -> pd.Series:
    """How many seeds of each cell end with a destroyed model."""
    runs = attacked(table).groupby([*CELL_AXES, "seed"])
    destroyed = pd.Series({names: destroyed_from(run) is not None for names, run in runs})
    axes = list(range(len(CELL_AXES)))
    return destroyed.groupby(level=axes).sum().rename_axis(CELL_AXES).rename("destroyed")
