"""Reduce the seeds of a cell to a mean and an interval against a parameter."""

from __future__ import annotations

from collections.abc import Callable

from edgecase.analysis import curves
from edgecase.analysis.intervals import over_seeds
from edgecase.analysis.ranges import NORM, PERCENT
from edgecase.base.errors import DataError
from edgecase.base.lazy import pandas as pd
from edgecase.results.attacks import attacked
from edgecase.results.rounds import CELL_AXES

#: a number of one seed's rounds 1 … R in order.
Measure = Callable[["pd.DataFrame"], float]


def last(column: str) -> Measure:
    """Mean of `column` over the last rounds of a run, not smoothed."""
    return lambda rounds: curves.last_mean(rounds[column])


def attack_norm(rounds: pd.DataFrame) -> float:
    """Mean norm of the attackers' update over the rounds with an attacker."""
    return rounds.loc[rounds["num_attackers"] > 0, "adv_norm_diff"].mean()


def accepted_share(rounds: pd.DataFrame) -> float:
    """Attackers with a weight above 0, of all attackers in all rounds, %; NaN without one."""
    attackers = rounds["num_attackers"].sum()
    return 100 * rounds["attacker_accepted"].sum() / attackers if attackers else float("nan")


def reached(cell: pd.DataFrame, measure: Measure) -> pd.Series:
    """n, mean, low and high of `measure` over the seeds of one cell; round 0 does not count.

    Nor do seeds in which no attacker acted; all but n is empty if there is no other.
    """
    rounds = attacked(cell[cell["fl_iter"] > 0]).sort_values("fl_iter", kind="stable")
    values = [measure(run) for _, run in rounds.groupby("seed")] or [float("nan")]
    limits = NORM if measure is attack_norm else PERCENT
    return over_seeds(pd.Series(values, dtype=float), [0] * len(values), limits).iloc[0]


def by_value(runs: pd.DataFrame, column: str, figure: str) -> dict[float, pd.DataFrame]:
    """The cells of one line by their value of `column`, in rising order.

    Raises `DataError` if two cells share a value: the line would mix them.
    """
    cells = {}
    for value, cell in runs.groupby(column):
        names = cell[list(CELL_AXES)].drop_duplicates()
        if len(names) > 1:
            paths = ", ".join(sorted("/".join(row) for row in names.itertuples(index=False)))
            raise DataError(
                f"{figure}: {len(names)} cells have {column} = {value:g} ({paths}); "
                "the figure draws one for each value"
            )
        cells[value] = cell
    return cells


def along(cells: dict[float, pd.DataFrame], measure: Measure) -> pd.DataFrame:
    """Columns n, mean, low, high of `measure`, one row for each value in `cells`."""
    return pd.DataFrame({value: reached(cell, measure) for value, cell in cells.items()}).T


def window_note(table: pd.DataFrame) -> str:
    """Which rounds the points average, as a sentence."""
    ends = sorted({curves.window(rounds) for rounds in table.groupby("task")["fl_iter"].max()})
    number = " or ".join(map(str, ends))
    which = " (50, or half of a run shorter than 100)" if len(ends) > 1 else ""
    return f"Last rounds: mean of the last {number}{which}."


def overrides_note(table: pd.DataFrame) -> list[str]:
    """The overrides of the cells, as a sentence; none if all are the default."""
    named = sorted(set(table["override"]) - {"default"})
    return [f"Overrides: {', '.join(named)}."] if named else []
