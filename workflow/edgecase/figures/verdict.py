"""The verdict on a defense: what each attack reaches with and without it, and what it costs."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import TYPE_CHECKING

from edgecase.base.errors import DataError
from edgecase.figures import panel, style
from edgecase.figures.page import Page

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROWS = {
    "backdoor above\nno attack (points)": 1.7,
    "main (%),\nlast rounds": 0.95,
    "updates (%)": 0.95,
}
_BARE = ("no defense", style.GREY, (0, (4, 2)))
_LEVEL = ":"
_REFUSED = ("honest clients refused", style.ATTACKS["blackbox"][1], "-")
_ACCEPTED = ("attackers accepted", style.ATTACKS["pgd-replacement"][1], "--")
#: attacks without a grid of radii: places of their own at the right.
_SINGLE = {"blackbox": "black-\nbox", "pgd-replacement": "PGD +\nrepl."}

#: how far to the right a server to compare with is drawn, in decades of the radius.
_ASIDE = 0.02


@style.styled
def draw(rows: pd.DataFrame, defense: str, stopped_to: float, passes_from: float) -> Figure:
    """Panels: backdoor accuracy above no attack, main accuracy, who is refused and accepted.

    `rows` are those of `edgecase.verdict`: one per cell, with `defense` and without one, with the
    mean of each quantity and the ends of its interval. x is the radius of PGD; the other attacks
    stand beside it. The two bounds, in points, are drawn as lines.
    """
    places = _places(rows)
    with_it = (style.defense(defense), style.ATTACKS["pgd"][1], "-")
    looks = {"no-defense": _BARE} | {defense: with_it}
    page = Page(
        rows,
        _ROWS.values(),
        keys=(*looks.values(), _REFUSED, _ACCEPTED),
        notes=_notes(rows, stopped_to, passes_from),
        extra=0.1,
    )
    panels = backdoor, main, updates = page.axes[:, 0]

    for name, entry in looks.items():
        own = rows[rows["defense"] == name]
        aside = name != defense
        _draw(backdoor, own, places, "above_none", entry, aside)
        _draw(main, own, places, "main_last", entry, aside)
    for measure, entry in (
        ("honest_refused_share", _REFUSED),
        ("attacker_accepted_share", _ACCEPTED),
    ):
        _draw(updates, rows[rows["defense"] == defense], places, measure, entry, scale=100)
    for bound in (stopped_to, passes_from):
        backdoor.axhline(bound, color="black", linewidth=0.6, linestyle=(0, (1, 2)), zorder=1)

    _limits(backdoor, [*rows["above_none_mean"].dropna(), 0, passes_from])
    _limits(main, rows["main_last_mean"])
    updates.set_ylim(-4, 104)
    for axis in panels:
        axis.tick_params(labelbottom=axis is updates)
        axis.set_xticks(list(places.values()), labels=list(map(_label, places)))
        axis.set_xlim(min(places.values()) - 0.1, max(places.values()) + 0.1)
        axis.axvline(_border(places), color=style.PALE, linewidth=0.6)
    panel.mark_standin(panels, rows)
    title = f"{style.task(rows['task'].iloc[0])}\n{with_it[0]}"
    return page.finish(titles=[title], rows=_ROWS, xlabel="radius of PGD")


def _places(rows: pd.DataFrame) -> dict[float | str, float]:
    """Radius or name of an attack → x: log radius, then the other attacks a step apart."""
    radii = sorted(rows.loc[rows["attack"] == "pgd", "eps"].unique())
    if not radii or not all(0 < radius < math.inf for radius in radii):
        raise DataError("verdict: the table holds no PGD attack, or one without a radius above 0")
    places: dict[float | str, float] = {radius: math.log10(radius) for radius in radii}
    step = (math.log10(radii[-1]) - math.log10(radii[0])) / max(len(radii) - 1, 1) or 1.0
    for number, attack in enumerate(_SINGLE, start=1):
        places[attack] = math.log10(radii[-1]) + 1.2 * number * step
    return places


def _border(places: dict[float | str, float]) -> float:
    """Between the largest radius and the other attacks."""
    first = places[next(iter(_SINGLE))]
    return (max(x for name, x in places.items() if name not in _SINGLE) + first) / 2


def _label(name: float | str) -> str:
    return _SINGLE.get(name) or f"{name:g}"


def _draw(
    axis: Axes,
    own: pd.DataFrame,
    places: dict[float | str, float],
    measure: str,
    entry: tuple,
    aside: bool = False,
    scale: float = 1.0,
) -> None:
    """One quantity of one server: PGD joined by a line, the others apart, no attack as a level.

    A server to compare with is `aside`: its points are white and a little to the right.
    """
    values = own[[f"{measure}_{end}" for end in ("mean", "low", "high")]] * scale
    values = values.set_axis(["mean", "low", "high"], axis=1)
    pgd = (own["attack"] == "pgd").to_numpy()
    groups = [pgd, *((own["attack"] == name).to_numpy() for name in _SINGLE)]
    for chosen in groups:
        keys = own["eps"] if chosen is pgd else own["attack"]
        x = keys[chosen].map(places).to_numpy(dtype=float) + aside * _ASIDE
        panel.points(axis, values[chosen].set_axis(x).sort_index(), entry, x if aside else ())
    quiet = values[(own["attack"] == "none").to_numpy()]
    if quiet["mean"].notna().any():
        level = quiet.iloc[0].where([True, False, False])
        panel.baseline(axis, level, (*entry[:2], _LEVEL))


def _limits(axis: Axes, values: Collection[float]) -> None:
    """All values with room around them; with few seeds intervals are longer, and cut off."""
    low, high = min(values), max(values)
    around = max(0.12 * (high - low), 1.0)
    axis.set_ylim(low - around, high + around)


def _notes(rows: pd.DataFrame, stopped_to: float, passes_from: float) -> list[str]:
    seeds, window = rows["seeds"].max(), rows["window"].max()
    several = f"means over {seeds} seeds with 95 % t-intervals" if seeds > 1 else "one seed"
    notes = [f"Last {window} of {rows['rounds'].max()} rounds, {several}."]
    if seeds > 1:
        notes.append(
            "Top: intervals hold for all attacks on a server at once. Long ones are cut off."
        )
    notes.append(
        f"Dotted black: up to {stopped_to:g} points an attack is stopped, from {passes_from:g} it "
        "passes. Dotted in a line's colour: no attack."
    )
    return notes
