"""Tidy tables to figures: one module per figure, which registers itself, and one shared style.

Figure 1 draws images, figure 2 densities and a verdict's figure its own table; their scripts call
them. Importing this package loads neither pandas nor matplotlib, so the Snakefile reads the names.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

from edgecase.base.errors import ConfigError, DataError
from edgecase.base.names import unknown_name
from edgecase.figures.registry import FIGURES, Entry, figure

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["FIGURES", "Entry", "draw", "figure"]

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")


def draw(name: str, table: pd.DataFrame) -> Figure:
    """Figure `name` of a tidy table.

    Raises `ConfigError` if it is unknown, `DataError` if the table is empty or lacks a column.
    """
    if problem := unknown_name(name, FIGURES):
        raise ConfigError(f"figure: {problem}")
    if table.empty:
        raise DataError(f"{name}: its table holds no row")
    if missing := [column for column in FIGURES[name].parameters if column not in table]:
        raise DataError(f"{name}: its table lacks the columns {', '.join(missing)}")
    return FIGURES[name].draw(table)
