"""Judge a defense by the worst of a grid of attacks, and by what it costs."""

from dataclasses import astuple, dataclass, replace

import numpy as np
import pandas as pd

from edgecase.analysis.ranges import POINTS
from edgecase.analysis.summary import measures, summarise
from edgecase.base.errors import DataError
from edgecase.claims.measured import Measured
from edgecase.claims.model import UNDECIDED
from edgecase.claims.statistics import Interval, best_interval, difference_interval
from edgecase.claims.words import FIRST, GROWTH, LAST, REGIONS
from edgecase.results.attacks import NO_ATTACK, unattacked_text
from edgecase.results.cells import DEFAULT, Cell
from edgecase.results.rounds import CELL_AXES

#: parameters that the tidy table needs as columns; `eps` is the radius of PGD.
PARAMETERS = ("eps", "seated_client")

NO_DEFENSE = "no-defense"

#: an attack that is neither stopped nor passes, and does not grow either.
BETWEEN = "between"

#: differences within each seed → what they are; the first two hold for all attacks at once.
COMPARED = {
    "above_none": f"`{LAST}` above that of the same server without an attacker, points",
    "rise": f"`{LAST}` above `{FIRST}`, points",
    "prevented": f"`{LAST}` of the same attack without a defense, above that with it, points",
    "main_change": "`main_last` above that of the same attack without a defense, points",
}

#: measures of `edgecase.analysis.summary` that the table shows.
SHOWN = (
    *(FIRST, LAST, "main_last"),
    *("honest_refused_share", "attacker_accepted_share", "clipped_share"),
)

COLUMNS = (
    *("standin", *CELL_AXES, "eps", "seeds", "unattacked", "rounds", "window", "word"),
    *(f"{name}_{part}" for name in (*COMPARED, *SHOWN) for part in ("mean", "low", "high")),
)


@dataclass(frozen=True)
class Verdict:
    """What a grid of attacks does to a defense.

    rows: one per cell, with and without the defense, columns `COLUMNS`. A value is a mean over
    seeds with two ends: of `COMPARED` those of its 95 % interval, of `above_none` and `rise`
    simultaneous for all attacks on a server; of `SHOWN` those of `intervals.over_seeds`.
    interval: of the highest of the attacks' `above_none` under the defense.
    word: what it says; the words that it leaves open, in order, are in `left_open`.
    worst: the row with the highest mean. end: `smallest` or `largest` where that is PGD at this end
    of its radii, else None.
    """

    defense: str
    rows: pd.DataFrame
    interval: Interval
    word: str
    left_open: tuple[str, ...]
    worst: pd.Series
    end: str | None

    def row(self, attack: str, defense: str, override: str = DEFAULT) -> pd.Series:
        """The row of one cell."""
        rows = self.rows
        chosen = (rows["attack"] == attack) & (rows["defense"] == defense)
        return rows[chosen & (rows["override"] == override)].iloc[0]


def judge(table: pd.DataFrame, defense: str) -> Verdict:
    """The verdict on `defense` from a tidy table with the columns `PARAMETERS`.

    The table holds one task, participation and case: no attack and each attack, with the defense
    and without one. Raises `DataError` if a cell to compare with is missing, or if no attacker
    acted in any seed of an attack: then there is nothing to judge.
    """
    reached = measures(table)
    measured = Measured(reached)
    _require_attacks(measured)
    axes = list(CELL_AXES)
    radii = table.groupby(axes, as_index=False)["eps"].first().astype({"eps": float})
    compared = pd.DataFrame([_compared(measured, cell) for cell in measured.cells])
    rows = summarise(reached).merge(radii, on=axes).merge(compared, on=axes)
    rows = rows.reindex(columns=list(COLUMNS))
    rows = rows.sort_values(["defense", "attack", "eps"], ignore_index=True)

    attacked = rows[(rows["defense"] == defense) & (rows["attack"] != NO_ATTACK)]
    if attacked.empty:
        raise DataError(f"verdict: the table holds no attack on {defense}")
    worst = attacked.loc[attacked["above_none_mean"].idxmax()]
    cells = [Cell(*names) for names in attacked[list(CELL_AXES)].itertuples(index=False)]
    interval = best_interval(_above_none(measured, cells), POINTS)
    rise = Interval(*(worst[f"rise_{end}"] for end in ("mean", "low", "high")))
    return Verdict(
        defense=defense,
        rows=rows,
        interval=interval,
        word=_word(interval, rise),
        left_open=_left_open(interval, rise),
        worst=worst,
        end=_end(attacked, worst),
    )


def _compared(measured: Measured, cell: Cell) -> dict:
    """The axes of a cell, its `COMPARED` (the first two under attack alone) and its word."""
    undefended = replace(cell, defense=NO_DEFENSE)
    _require(measured, undefended, cell)
    main = (cell, "main_last"), (undefended, "main_last")
    found = {
        "prevented": _interval(_difference(measured, (undefended, LAST), (cell, LAST))),
        "main_change": _interval(_difference(measured, *main)),
    }
    word = ""
    if cell.attack != NO_ATTACK:
        family = [c for c in measured.cells if c.defense == cell.defense and c.attack != NO_ATTACK]
        above = _interval(_above_none(measured, [cell])[:, 0], len(family))
        rise = _interval(_difference(measured, (cell, LAST), (cell, FIRST)), len(family))
        found |= {"above_none": above, "rise": rise}
        word = _word(above, rise)
    row = dict(zip(CELL_AXES, astuple(cell), strict=True)) | {"word": word}
    for name, interval in found.items():
        ends = zip(("mean", "low", "high"), astuple(interval), strict=True)
        row |= {f"{name}_{end}": value for end, value in ends}
    return row


def _interval(points: np.ndarray, comparisons: int = 1) -> Interval:
    return difference_interval(points, POINTS, comparisons)


def _require_attacks(measured: Measured) -> None:
    for cell in measured.cells:
        if measured.is_unattacked(cell):
            raise DataError(
                f"verdict: {unattacked_text(measured.unattacked(cell))}, all there are, of "
                f"{cell.folder}; more rounds, more seeds or a larger pool of attackers are needed"
            )


def _require(measured: Measured, cell: Cell, asked: Cell) -> None:
    if cell not in measured.cells:
        raise DataError(f"verdict: cell {cell.folder} is missing, to compare {asked.folder} with")


def _above_none(measured: Measured, cells: list[Cell]) -> np.ndarray:
    """`LAST` of each of a defense's cells above that without an attacker, [seeds, cells]."""
    quiet = replace(cells[0], attack=NO_ATTACK, override=DEFAULT)
    _require(measured, quiet, cells[0])
    values = measured.sample([(cell, LAST) for cell in (*cells, quiet)]).values
    return values[:, :-1] - values[:, -1:]


def _difference(measured: Measured, of: tuple[Cell, str], less: tuple[Cell, str]) -> np.ndarray:
    """The first quantity less the second in each seed, [seeds]."""
    values = measured.sample([of, less]).values
    return values[:, 0] - values[:, 1]


def _word(above: Interval, rise: Interval) -> str:
    """The word that the whole interval `above` earns; creeping in needs a rise besides."""
    if REGIONS["stopped"].contains(above.low, above.high):
        return "stopped"
    if REGIONS["passes"].contains(above.low, above.high):
        return "passes"
    if REGIONS["creeps-in"].contains(above.low, above.high):
        if GROWTH.contains(rise.low, rise.high):
            return "creeps in"
        if GROWTH.excludes(rise.low, rise.high):
            return BETWEEN
    return UNDECIDED


def _left_open(above: Interval, rise: Interval) -> tuple[str, ...]:
    """The words whose numbers the intervals do not rule out; all of them for one seed."""
    possible = {
        word: not region.excludes(above.low, above.high) for word, region in REGIONS.items()
    }
    possible[BETWEEN] = possible["creeps-in"] and not GROWTH.contains(rise.low, rise.high)
    possible["creeps-in"] &= not GROWTH.excludes(rise.low, rise.high)
    return tuple(word for word in ("stopped", BETWEEN, "creeps-in", "passes") if possible[word])


def _end(attacked: pd.DataFrame, worst: pd.Series) -> str | None:
    """Which end of PGD's radii the worst case is at."""
    radii = attacked.loc[attacked["attack"] == "pgd", "eps"]
    if worst["attack"] != "pgd" or len(radii) < 2:
        return None
    if (attacked.loc[radii.index, "above_none_mean"] == worst["above_none_mean"]).sum() > 1:
        return None
    return {radii.min(): "smallest", radii.max(): "largest"}.get(worst["eps"])
