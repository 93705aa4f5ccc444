"""Figure 7: how often the attacker takes part, by period and by the pool's share of clients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from edgecase.analysis import curves
from edgecase.figures import cells, panel, participation, points, style
from edgecase.figures.page import Page
from edgecase.figures.registry import figure

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

#: what the paper runs: rounds between attackers, and percent of all clients.
PERIODS = (1, 2, 5, 10, 20, 50, 100)
POOLS = (0.5, 1, 2.5, 5)

_ROWS = {
    "backdoor (%)\nby round": 1.35,
    "main (%)\nby round": 0.75,
    "backdoor (%),\nlast rounds": 1.1,
}
_KINDS = {
    "freq": ("by period", "rounds between attackers"),
    "pool": ("by pool", "pool, % of clients"),
}


@figure("fig7", parameters=(participation.CLIENTS,))
def draw(table: pd.DataFrame) -> Figure:
    """Two columns per task, periods and pools: curves, and backdoor accuracy against frequency.

    `table` is tidy with the parameter `num_clients`, of which a pool is a share. Dark curves have
    the attacker most often; the no-attack baseline is a grey curve and level, in both columns: its
    participants do not depend on the participation. What the paper runs
    and the table lacks is stated. Raises `DataError` if a task mixes cases, attacks, defenses or
    overrides, or has two cells of one frequency.
    """
    table = curves.smoothed(table)
    attackers = table["participation"].map(participation.parse)
    number = attackers.map(lambda found: found.number)
    table["kind"] = attackers.map(lambda found: found.kind)
    table["often"] = number.where(
        table["kind"] == "freq", 100 * number / table[participation.CLIENTS]
    )
    tasks = sorted(table["task"].unique())
    attacked = table[table["attack"] != "none"]
    looks = _looks(attacked)

    page = Page(
        table,
        _ROWS.values(),
        2 * len(tasks),
        wide=len(tasks) > 1,
        keys=[*looks.values(), *([style.attack("none")] if len(attacked) < len(table) else [])],
        notes=[
            curves.seeds_note(table, "bands and bars"),
            curves.SMOOTHING_NOTE,
            points.window_note(table),
        ],
        caption=_caption(table, attacked),
        extra=0.3,
    )
    for place, task in enumerate(tasks):
        runs = table[table["task"] == task]
        cells.one_value(runs, ("case", "defense", "override"), "fig7", task)
        cells.one_value(runs[runs["attack"] != "none"], ("attack",), "fig7", task)
        for number, kind in enumerate(_KINDS):
            column = page.axes[:, 2 * place + number]
            _draw_column(column, runs, kind, looks)
            _finish_column(column, runs, kind)
            column[1].tick_params(labelleft=number == 0)
            for axis in column[::2]:
                axis.tick_params(labelleft=place + number == 0)
    titles = [f"{style.task(task)}\n{title}" for task in tasks for title, _ in _KINDS.values()]
    return page.finish(titles=titles, rows=_ROWS)


def _label(kind: str, often: float) -> str:
    """A frequency in the legend: pools of two tasks that round to one share have one label."""
    return f"period {often:.0f}" if kind == "freq" else f"pool {participation.digits(often)} %"


def _looks(attacked: pd.DataFrame) -> dict[str, tuple]:
    """Label → label, colour, line style; dark for often, periods solid and pools dashed."""
    looks = {}
    for kind, linestyle in (("freq", "-"), ("pool", "--")):
        found = sorted(attacked.loc[attacked["kind"] == kind, "often"].unique())
        labels = list(dict.fromkeys(_label(kind, often) for often in found))
        labels = labels if kind == "freq" else labels[::-1]
        colors = reversed(style.ramp(len(labels)))
        looks |= {n: (n, color, linestyle) for n, color in zip(labels, colors, strict=True)}
    return looks


def _draw_column(column: Sequence, runs: pd.DataFrame, kind: str, looks: dict[str, tuple]) -> None:
    """The cells of one `kind` among `runs`, those of a task, in the three panels of its column."""
    backdoor, main, summary = column
    of_kind, baseline = runs["kind"] == kind, runs["attack"] == "none"
    attacked = runs[of_kind & ~baseline]
    level = runs[of_kind & baseline] if (of_kind & baseline).any() else runs[baseline]
    found = points.by_value(attacked, "often", "fig7")
    drawn = [(cell, looks[_label(kind, often)]) for often, cell in found.items()]
    drawn += [(cell, style.attack("none")) for _, cell in level.groupby("participation")]
    for cell, look in drawn:
        panel.curve(backdoor, cell, curves.BACKDOOR, look)
        panel.curve(main, cell, curves.MAIN, look)
    measure = points.last("backdoor_acc")
    if found:
        look = style.attack(attacked["attack"].iloc[0])
        panel.points(summary, points.along(found, measure), look)
        panel.value_ticks(summary, found, participation.digits)
    else:
        summary.set_xticks([])
    for _, cell in level.groupby("participation"):
        panel.baseline(summary, points.reached(cell, measure), style.attack("none"))
    for axis in column:
        panel.notice(axis, [] if found else ["not run"])
    panel.notice(backdoor, ["no attack: not run"] if found and level.empty else [])


def _finish_column(column: Sequence, runs: pd.DataFrame, kind: str) -> None:
    """Limits and mark; `runs` are all of the task, so that its columns compare."""
    backdoor, main, summary = column
    panel.main_limits(main, runs)
    for axis in (backdoor, summary):
        panel.backdoor_limits(axis)
    for axis in (backdoor, main):
        axis.set_xlim(0, max(runs["fl_iter"].max(), 1))
    backdoor.tick_params(labelbottom=False)
    main.set_xlabel("round")
    summary.set_xlabel(_KINDS[kind][1])
    panel.mark_standin(column, runs)


def _caption(table: pd.DataFrame, attacked: pd.DataFrame) -> list[str]:
    said = [
        "Period p: an attacker every p rounds. Pool: that share of clients attacks when sampled."
    ]
    absent: dict[str, list[str]] = {}
    for task in sorted(table["task"].unique()):
        missing = _missing(attacked[attacked["task"] == task])
        if missing:
            absent.setdefault("; ".join(missing), []).append(style.task(task))
    for missing, tasks in absent.items():
        said.append(f"In the paper, not run here: {missing} ({', '.join(tasks)}).")
    return said


def _missing(runs: pd.DataFrame) -> list[str]:
    """Periods and pools of the paper that a task lacks; a pool counts whole clients."""
    found = {participation.parse(name) for name in runs["participation"].unique()}
    clients = runs[participation.CLIENTS].max()
    periods = [f"{period}" for period in PERIODS if ("freq", period) not in found]
    sizes = [number for kind, number in found if kind == "pool"]
    pools = [
        f"{share:g}"
        for share in POOLS
        if not any(abs(size - share / 100 * clients) < 0.5 for size in sizes)
    ]
    missing = [f"period {', '.join(periods)}"] if periods else []
    return missing + ([f"pool {', '.join(pools)}\u00a0%"] if pools else [])
