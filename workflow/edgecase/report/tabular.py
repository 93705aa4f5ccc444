"""Turn a CSV into a table to look at: intervals in one column, what all rows share said once."""

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from edgecase.results.rounds import CELL_AXES

#: rows of a table that are shown at once, without what a page needs to handle more.
LONG = 100
#: what names a row, where it stands first.
_KEYS = ("claim", *CELL_AXES)
#: how columns of a value and of its interval end; of the value, also how the shown column ends
_VALUES = {"_mean": "", "_difference": "_difference"}
_ENDS = ("_low", "_high")


@dataclass(frozen=True)
class Column:
    """A column: its name, what it means (or nothing), and whether it sorts as numbers."""

    name: str
    meaning: str
    numeric: bool


@dataclass(frozen=True)
class Value:
    """What a table shows in one place, and what it sorts by; empty values sort last."""

    text: str
    key: str


@dataclass(frozen=True)
class View:
    """Columns and rows to show, and the columns with one value in all rows: name → value.

    The first `keys` columns say which row it is.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    shared: Mapping[str, str]

    @property
    def keys(self) -> int:
        names = (column.name in _KEYS for column in self.columns)
        return len(list(itertools.takewhile(bool, names)))

    @property
    def is_long(self) -> bool:
        return len(self.rows) > LONG


def view(
    table: pd.DataFrame, meanings: Mapping[str, str] | None = None, share: Iterable[str] = ()
) -> View:
    """A table of text as it is shown.

    Columns `<name>_mean` (or `_difference`), `<name>_low` and `<name>_high` become one, the value
    [low, high] to four digits, that sorts by the value. Of the columns in `share`, those with one
    value in all of several rows are left out and stand in `shared`.
    """
    meanings = meanings or {}
    constant = [
        name
        for name in share
        if name in table.columns and len(table) > 1 and table[name].nunique() == 1
    ]
    shared = {name: table[name].iloc[0] for name in constant}
    triples = _triples(table.columns)
    ends = {base + end for base, _ in triples.values() for end in _ENDS}
    columns = {}
    for name in table.columns.drop(constant):
        if name in triples:
            base, shown = triples[name]
            values = (table[column] for column in (name, *(base + end for end in _ENDS)))
            columns[shown] = [_interval(*texts) for texts in zip(*values, strict=True)]
        elif name not in ends:
            columns[name] = [Value(text, text) for text in table[name]]
    heads = tuple(
        Column(name, meanings.get(name, ""), all(_is_number(value.key) for value in values))
        for name, values in columns.items()
    )
    return View(heads, tuple(zip(*columns.values(), strict=True)), shared)


def _triples(columns: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Each column whose interval stands in two others → the name they share, and the one shown."""
    found = {}
    for name in columns:
        for end, shown in _VALUES.items():
            base = name.removesuffix(end)
            if base != name and {base + other for other in _ENDS} <= set(columns):
                found[name] = (base, base + shown)
    return found


def _interval(mean: str, low: str, high: str) -> Value:
    if not mean:
        return Value("–", "")
    text = f"{float(mean):.4g}"
    return Value(f"{text} [{float(low):.4g}, {float(high):.4g}]" if low else text, mean)


def _is_number(text: str) -> bool:
    """Whether a value does not stand against sorting its column as numbers."""
    try:
        return not text or math.isfinite(float(text))
    except ValueError:
        return False
