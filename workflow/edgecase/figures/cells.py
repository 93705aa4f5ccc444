"""Compare the cells that a figure expects with those its table holds, and say what is absent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from edgecase.base.errors import DataError

if TYPE_CHECKING:
    import pandas as pd


def in_order(found: Iterable[str], known: Iterable[str]) -> list[str]:
    """`found` without repeats: first in the order of `known`, then the rest by name."""
    found = set(found)
    known = [name for name in known if name in found]
    return known + sorted(found.difference(known))


def one_value(table: pd.DataFrame, axes: Sequence[str], figure: str, panel: str) -> None:
    """Raise `DataError` if a panel would mix cells that differ in one of `axes`."""
    for axis in axes:
        values = sorted(table[axis].unique())
        if len(values) > 1:
            raise DataError(
                f"{figure}: the cells of {panel} differ in {axis} ({', '.join(values)}); "
                "the figure draws one value"
            )
