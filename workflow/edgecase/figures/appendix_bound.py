"""Appendix: the bound of norm clipping, from tight to loose."""

import pandas as pd
from matplotlib.figure import Figure

from edgecase.figures import style, sweep


@style.styled
def draw(table: pd.DataFrame) -> Figure:
    """Accuracies against `defense.norm_bound`; cells without it are levels. See `sweep.draw`."""
    return sweep.draw(table, "appendix-bound", "defense.norm_bound", "norm bound")
