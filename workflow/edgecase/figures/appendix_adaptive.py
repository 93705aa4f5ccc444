"""Appendix: norm clipping with a fixed bound, with an adaptive one, and none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgecase.figures import compare, style
from edgecase.figures.registry import figure

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
DEFENSES = ("no-defense", "norm-clipping", "norm-clipping-adaptive")


@figure("appendix-adaptive")
def draw(table: pd.DataFrame) -> Figure:
    """Columns are the three defenses, rows backdoor and main accuracy of each task.

    `table` is tidy. What is missing is stated. Raises `DataError` if a panel would mix cells.
    """
    absent = [style.DEFENSES[name] for name in DEFENSES if name not in set(table["defense"])]
    caption = [f"Not run here: {', '.join(absent)}."] if absent else []
    caption.append(
        "The adaptive bound is the mean norm of the round's updates, the attacker's too."
    )
    return compare.draw(table, "appendix-adaptive", caption)
