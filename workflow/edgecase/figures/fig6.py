"""Figure 6: fairness of Krum, Multi-Krum and weak DP to an honest client with unusual data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edgecase.analysis import curves, fairness
from edgecase.base.lazy import lazy
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

mpl = lazy("matplotlib")

#: the authors' standard deviations of weak DP's noise.
PUBLISHED = (0.025, 0.158)

#: who is accepted → name, and the measure whose colour it has.
_CLIENTS = {
    "seated": ("honest client,\nunusual data", "source-class"),
    "typical": ("other honest\nclients", "main"),
    "attacker": ("attacker", "backdoor"),
}
_ACCURACIES = {
    "main_last": "main",
    "source_class_last": "source-class",
    "backdoor_last": "backdoor",
}
_SELECTING = ("krum", "multi-krum")
_SWEPT = ("norm-clipping", "weak-dp")
_SWEEP_TITLE = f"accuracy under {style.DEFENSES['weak-dp']}"
_WIDTHS = (1, 1, 1.7)
_HEIGHT = 1.6
_ALIKE: dict[str, Any] = {"color": "black", "linewidth": 0.7, "linestyle": (0, (3, 2))}
_LOST: dict[str, Any] = {"marker": "o", "markersize": 3.5, "linestyle": "none"}
_LOST |= {"markerfacecolor": "white", "markeredgewidth": 0.8}


@figure("fig6", parameters=tuple(fairness.PARAMETERS))
def draw(table: pd.DataFrame) -> Figure:
    """One row per task and attack: whom Krum and Multi-Krum accept, and accuracies under weak DP.

    `table` is tidy with the parameters of `fairness.PARAMETERS`. Numbers are those of
    `fairness.tabulate`. Norm clipping is drawn as weak DP without noise, no defense apart from it.
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
            key("accepted, were all alike", **_ALIKE),
            *map(style.measure, _ACCURACIES.values()),
            *([key("model destroyed", **_LOST)] if numbers["destroyed"].any() else []),
        ],
        notes=[curves.seeds_note(table, "bars"), points.window_note(table)],
        caption=_caption(numbers),
    )
    page.axes[0, 0].get_gridspec().set_width_ratios(_WIDTHS)
    for (task, attack), row in zip(rows, page.axes, strict=True):
        runs = numbers[(numbers["task"] == task) & (numbers["attack"] == attack)]
        where = f"{task}, {attack}"
        one = ("participation", "case", "seated_client")
        cells.one_value(runs.astype(dict.fromkeys(one, str)), one, "fig6", where)
        for axis, defense in zip(row[:2], _SELECTING, strict=True):
            _draw_accepted(axis, runs[runs["defense"] == defense], f"{where}, {defense}")
            axis.tick_params(labelleft=axis is row[0])
        row[0].set_ylabel(f"{style.task(task)}\n{style.attack(attack)[0]}")
        _draw_sweep(row[2], runs, where)
        titles = [*(f"accepted by {style.DEFENSES[name]}" for name in _SELECTING), _SWEEP_TITLE]
        pad = mpl.rcParams["axes.titlepad"] + max(map(panel.room_above, row))
        for axis, title in zip(row, titles, strict=True):
            axis.set_title(title, pad=pad)
        panel.mark_standin(row, runs)
    return page.finish()


def _draw_accepted(axis: Axes, cell: pd.DataFrame, where: str) -> None:
    """The shares of a defense that accepts some updates and refuses the others, %."""
    cells.one_value(cell, ("override",), "fig6", where)
    axis.set_xlim(0, 119)  # room for a bar's number
    axis.set_xticks([0, 25, 50, 75, 100])
    axis.set_ylim(len(_CLIENTS) - 0.5, -0.5)
    axis.set_yticks(range(len(_CLIENTS)), labels=[label for label, _ in _CLIENTS.values()])
    axis.set_xlabel("% of its participations")
    axis.grid(axis="y", visible=False)
    if cell.empty:
        panel.notice(axis, ["not run"])
        return
    shares = cell.iloc[0]
    if not shares["seeds"]:
        panel.notice(axis, ["no attacker acted"])
        return
    axis.axvline(100 * shares["alike"], **_ALIKE)
    for place, (client, (_, measure)) in enumerate(_CLIENTS.items()):
        mean, low, high = (
            100 * shares[f"{client}_accepted_share_{part}"] for part in ("mean", "low", "high")
        )
        if pd.isna(mean):
            axis.text(3, place, "none takes part", va="center", color=style.GREY)
            continue
        color = style.measure(measure)[1]
        axis.barh(place, mean, height=0.5, color=color, label=client)
        if pd.notna(low):
            axis.plot([low, high], [place, place], color="black", linewidth=0.8)
        end = mean if pd.isna(high) else max(mean, high)
        axis.annotate(
            f"{mean:.0f} %",
            (end, place),
            (3, 0),
            textcoords="offset points",
            va="center",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.3},
        )


def _draw_sweep(axis: Axes, runs: pd.DataFrame, where: str) -> None:
    """Accuracies without a defense, under clipping alone, and at each σ of the noise, in steps."""
    panel.backdoor_limits(axis)
    axis.set_ylabel("accuracy (%),\nlast rounds")
    plain = runs[runs["defense"] == "no-defense"]
    cells.one_value(plain, ("override",), "fig6", f"{where}, no-defense")
    swept = _swept(runs, where)
    places = pd.Series(range(1, 1 + len(swept)), index=swept.index, dtype=float)
    lost = places[(swept["destroyed"] > 0).to_numpy()]
    for name, measure in _ACCURACIES.items():
        entry = style.measure(measure)
        if len(plain):
            panel.points(axis, _ends(plain, name).set_axis([0.0]), entry)
        panel.points(axis, _ends(swept, name).set_axis(places), entry, hollow=lost)
    labels = {0.0: "no\ndefense"} if len(plain) else {}
    labels |= {place: _sigma(value) for value, place in places.items()}
    axis.set_xticks(list(labels), labels=list(labels.values()))
    axis.set_xlim(-0.4, len(swept) + 0.4)
    axis.grid(axis="x", visible=False)
    if len(plain) and len(swept):
        axis.axvline(0.5, color=style.GREY, linewidth=0.6)
    bound = f" on updates clipped to norm {swept['norm_bound'].iloc[0]:g}" if len(swept) else ""
    axis.set_xlabel(f"σ of the noise{bound}")
    absent = [] if len(plain) else ["no defense: not run"]
    if "weak-dp" in set(swept["defense"]):
        missing = sorted(set(PUBLISHED).difference(swept.index))
        absent += [f"σ = {value:g} (published): not run" for value in missing]
    else:
        absent.append("weak DP: not run")
    panel.notice(axis, absent)


def _sigma(value: float) -> str:
    """σ as a tick's label: 0 is clipping alone, the authors' values are marked."""
    return f"{value:g}" + (
        "\n(published)" if value in PUBLISHED else "" if value else "\n(clipping)"
    )


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


def _caption(numbers: pd.DataFrame) -> list[str]:
    said = [fairness.STAND_IN_FOR_PICTURES, "Accepted: share of that client's participations."]
    if "norm-clipping" in set(numbers["defense"]):
        said.append("σ = 0 is norm clipping.")
    lost = numbers[numbers["destroyed"] > 0].sort_values(["task", "attack", "defense", "stddev"])
    if len(lost):
        said.append(
            "Model destroyed (white where swept: from some round to the end, every client is left "
            "out as diverged or main accuracy is below half of the starting model's): "
            f"{'; '.join(map(_lost, lost.itertuples()))}."
        )
    drawn = {"no-defense", *_SELECTING, *_SWEPT}
    if others := sorted(set(numbers["defense"]) - drawn):
        said.append(f"In the table without a panel: {', '.join(others)}.")
    return said


def _lost(cell) -> str:
    name = style.defense(cell.defense)
    noise = "" if pd.isna(cell.stddev) else f", σ = {cell.stddev:g}"
    return f"{style.task(cell.task)}, {name}{noise} in {cell.destroyed} of {cell.seeds} seeds"


def _destroyed(table: pd.DataFrame) -> pd.Series:
    """How many seeds of each cell end with a destroyed model."""
    runs = attacked(table).groupby([*CELL_AXES, "seed"])
    destroyed = pd.Series({names: destroyed_from(run) is not None for names, run in runs})
    axes = list(range(len(CELL_AXES)))
    return destroyed.groupby(level=axes).sum().rename_axis(CELL_AXES).rename("destroyed")
