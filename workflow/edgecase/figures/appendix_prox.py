"""Appendix: each attack with and without the prox term, under several defenses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgecase.figures import cells, compare, style
from edgecase.figures.registry import figure

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
_PROX = "-prox"


@figure("appendix-prox")
def draw(table: pd.DataFrame) -> Figure:
    """Columns are defenses, rows backdoor and main accuracy of each task; prox is dashed.

    `table` is tidy. What is missing is stated, an attack without its partner below. Raises
    `DataError` if a panel would mix cells.
    """
    found = set(table["attack"]) - {"none"}
    partners = {attack: _partner(attack) for attack in cells.in_order(found, style.ATTACKS)}
    absent = [style.attack(name)[0] for name in partners.values() if name not in found]
    caption = [f"Not run here: {', '.join(absent)}."] if absent else []
    caption.append("Prox adds the squared distance to an honestly trained model to the loss.")
    return compare.draw(table, "appendix-prox", caption, look=_look)


def _partner(attack: str) -> str:
    return attack.removesuffix(_PROX) if attack.endswith(_PROX) else attack + _PROX


def _look(attack: str) -> tuple:
    """The attack's own colour, with the line style kept for what is compared."""
    label, color, linestyle = style.attack(attack)
    return label, color, linestyle if attack == "none" else "--" if attack.endswith(_PROX) else "-"
