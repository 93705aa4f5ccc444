"""Appendix: the bound of norm clipping, from tight to loose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgecase.figures import sweep
from edgecase.figures.registry import figure

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


@figure("appendix-bound", parameters=("defense.norm_bound",))
def draw(table: pd.DataFrame) -> Figure:
    """Accuracies against `defense.norm_bound`; cells without it are levels. See `sweep.draw`."""
    return sweep.draw(table, "appendix-bound", "defense.norm_bound", "norm bound")
