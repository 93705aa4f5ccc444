"""Log-densities of features: their table, and the share of a group that lies in the tail.

The mixture behind them is in `mixture`, the choice of a set from elsewhere in `comparison`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from edgecase.base.errors import ConfigError, DataError
from edgecase.base.lazy import pandas as pd
from edgecase.base.tables import read_table

IN_DISTRIBUTION = "in-distribution"
EDGE_CASE = "edge-case"
OUT_OF_DISTRIBUTION = "out-of-distribution"
GROUPS = (IN_DISTRIBUTION, EDGE_CASE, OUT_OF_DISTRIBUTION)

#: column → its meaning; a row is one image of one seed.
COLUMNS = {
    "task": "task whose starting model gives the features",
    "standin": "whether the task's data are stand-ins",
    "seed": "seed of the mixture and of the images drawn",
    "group": ", ".join(GROUPS[:-1]) + " or " + GROUPS[-1],
    "set": "data set or edge set the image is from",
    "log_density": "natural logarithm of the mixture's density at the image's projected features",
}

#: share of the in-distribution test images that counts as its tail.
QUANTILE = 0.05

_PLACE = ["task", "standin", "seed"]


def gather(paths: Iterable[str | Path]) -> pd.DataFrame:
    """The tables at `paths` (CSV) as one, with columns `COLUMNS`.

    Raises `DataError`, naming the file, for one that is no such table or has no row, and for a task
    given twice.
    """
    parts: dict[str, pd.DataFrame] = {}
    for path in paths:
        table = read(path)
        for task in table["task"].unique():
            if task in parts:
                raise DataError(f"{path}: task {task} is already given by another file")
            parts[task] = table[table["task"] == task]
    if not parts:
        raise DataError("no table of log-densities is given; expected at least one")
    return pd.concat(parts.values(), ignore_index=True)


def read(path: str | Path) -> pd.DataFrame:
    """A table of log-densities from CSV; `DataError`, naming the file, if it is none."""
    types = dict.fromkeys(("task", "group", "set"), "string")
    types |= {"standin": "bool", "seed": "int64", "log_density": "float64"}
    table = read_table(path, "table of log-densities", COLUMNS, types=types)
    if table.empty or table.isna().any(axis=None):
        raise DataError(f"{path}: holds no row or an empty value; expected one number per image")
    if unknown := sorted(set(table["group"]) - set(GROUPS)):
        raise DataError(f"{path}: group {unknown[0]!r}; allowed: {', '.join(GROUPS)}")
    return table


def thresholds(table: pd.DataFrame, quantile: float = QUANTILE) -> pd.Series:
    """The `quantile` of the in-distribution log-densities per task, standin and seed.

    Raises `ConfigError` for a quantile outside 0 to 1, and `DataError`, naming task and seed, where
    no in-distribution image is.
    """
    if not 0 < quantile < 1:
        raise ConfigError(f"quantile: {quantile} must lie between 0 and 1")
    own = table[table["group"] == IN_DISTRIBUTION]
    found = own.groupby(_PLACE)["log_density"].quantile(quantile)
    for task, _, seed in table.set_index(_PLACE).index.unique().difference(found.index):
        raise DataError(f"{task}, seed {seed}: the table has no {IN_DISTRIBUTION} image")
    return found.rename("threshold")


def below_share(table: pd.DataFrame, quantile: float = QUANTILE) -> pd.DataFrame:
    """How much of each group lies in the tail of the in-distribution test images.

    Columns task, standin, seed, group, share: the share (0 to 1) of the group's images whose
    log-density is below the `quantile` of the in-distribution images of the same task and seed.
    `table` has the columns `COLUMNS`. Raises as `thresholds` does.
    """
    limits = thresholds(table, quantile)
    marked = table.join(limits, on=_PLACE)
    marked["share"] = (marked["log_density"] < marked["threshold"]).astype(float)
    return marked.groupby([*_PLACE, "group"], as_index=False)["share"].mean()
