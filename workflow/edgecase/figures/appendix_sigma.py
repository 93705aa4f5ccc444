"""Appendix: the noise of weak differential privacy, from useful to the published values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgecase.figures import sweep
from edgecase.figures.registry import figure

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
#: the released scripts' values, which destroy the model (PAPER.md §4, item 10).
PUBLISHED = (0.025, 0.158)


@figure("appendix-sigma", parameters=("defense.stddev", "seated_client"))
def draw(table: pd.DataFrame) -> Figure:
    """Accuracies against `defense.stddev`; cells without it are levels. See `sweep.draw`."""
    absent = [f"{sigma:g}" for sigma in PUBLISHED if sigma not in set(table["defense.stddev"])]
    caption = [f"Vertical lines: published σ, {' and '.join(f'{s:g}' for s in PUBLISHED)}."]
    if absent:
        caption = [f"Published σ not run here: {', '.join(absent)}."]
    if table["seated_client"].notna().any():
        caption.append(
            "An honest client holds edge cases with their true label in every round (figure 6)."
        )
    return sweep.draw(
        table, "appendix-sigma", "defense.stddev", "noise σ per coordinate", caption, PUBLISHED
    )
