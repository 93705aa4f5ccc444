"""Tidy tables to figures: one module per figure, one shared style, one registry.

To add a figure that draws a tidy table, write a module with `draw(table) -> Figure` and name it in
`FIGURES`. Figure 1 draws images, not a table, and is called by its own script. Importing this
package loads neither pandas nor matplotlib, so the Snakefile can read the names.
"""

import importlib
from typing import TYPE_CHECKING

from edgecase.errors import ConfigError, DataError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

#: name → the module with its `draw`.
FIGURES = {
    "fig4": "edgecase.figures.fig4",
    "fig5": "edgecase.figures.fig5",
}


def draw(name: str, table: "pd.DataFrame") -> "Figure":
    """Figure `name` of a tidy table; `ConfigError` if it is unknown, `DataError` if it is empty."""
    if name not in FIGURES:
        raise ConfigError(f"figure: {name!r}; allowed: {', '.join(FIGURES)}")
    if table.empty:
        raise DataError(f"{name}: its table holds no row")
    return importlib.import_module(FIGURES[name]).draw(table)
