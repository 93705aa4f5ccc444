"""Read a table from CSV whole and with the columns it must have, or refuse it by name."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from edgecase.base.errors import DataError
from edgecase.base.files import require_last_line
from edgecase.base.lazy import pandas as pd


def read_table(
    path: str | Path,
    what: str,
    columns: Collection[str] | None = None,
    *,
    types: Mapping[str, str] | None = None,
    more: bool = False,
) -> pd.DataFrame:
    """The CSV at `path`, called `what` in errors, with `columns`, and no others unless `more`.

    `types` maps a column to its pandas type; without it every value is the text that the file
    holds. Raises `DataError`, naming the file, for one that cannot be read, has other columns, a
    value of another type, or no end of its last line: a cut number parses.
    """
    read = {"dtype": str, "keep_default_na": False} if types is None else {"dtype": dict(types)}
    try:
        table = pd.read_csv(path, **read)
    except (OSError, ValueError, OverflowError) as error:
        raise DataError(f"{path}: not a readable {what} ({error})") from error
    if columns is not None:
        found = list(table.columns)[: len(columns) if more else None]
        if found != list(columns):
            others = ", then others" if more else ""
            raise DataError(
                f"{path}: its columns are {', '.join(map(str, table.columns))}; "
                f"expected {', '.join(columns)}{others}"
            )
    require_last_line(path)
    return table
