"""Hold what a run measured: numbers per seed, by cell and quantity."""

from collections.abc import Collection, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from edgecase.base.errors import ConfigError, DataError
from edgecase.base.tables import read_table
from edgecase.claims.statistics import ONCE, Look
from edgecase.results.attacks import shows_its_attack, unattacked_text
from edgecase.results.cells import Cell
from edgecase.results.rounds import CELL_AXES

#: a quantity of a cell.
Term = tuple[Cell, str]

_KEYS = ("standin", *CELL_AXES, "seed", "rounds", "attacks")


@dataclass(frozen=True)
class Sample:
    """Numbers of the same seeds, a row per seed and a column per asked value; what to know."""

    values: np.ndarray
    notes: tuple[str, ...]


class Measured:
    """The table of measures, a row per cell and seed, and the shares of images in the tail.

    `shares` has columns task, standin, seed, group, share (0 to 1); None if densities were not run.
    `look` is how the tests of a claim look at the seeds.
    """

    def __init__(
        self,
        measures: pd.DataFrame,
        shares: pd.DataFrame | None = None,
        look: Look = ONCE,
    ):
        self.look = look
        self.quantities = tuple(name for name in measures.columns if name not in _KEYS)
        self._shares = shares
        self._cells = {
            Cell(*axes): rows.set_index("seed")
            for axes, rows in measures.groupby(list(CELL_AXES), sort=False)
        }

    def counted(self, times: int) -> "Measured":
        """The same numbers with each seed counted `times` over."""
        other = copy(self)
        other.look = replace(self.look, times=times)
        return other

    @cached_property
    def cells(self) -> list[Cell]:
        """Every cell of the run."""
        return list(self._cells)

    def rounds(self, cell: Cell) -> int:
        """The rounds of a cell."""
        return int(self._cells[cell]["rounds"].max())

    def unattacked(self, cell: Cell) -> list[int]:
        """The seeds of a cell in which no attacker acted, though it has an attack."""
        attacks = self._cells[cell]["attacks"]
        return sorted(s for s in attacks.index if not shows_its_attack(cell.attack, attacks[s]))

    def is_unattacked(self, cell: Cell) -> bool:
        """Whether no attacker acted in any seed of a cell with an attack."""
        return len(self.unattacked(cell)) == len(self._cells[cell])

    def standin(self, task: str) -> bool:
        """Whether anything measured of the task is on stand-in data."""
        found = [rows["standin"].any() for cell, rows in self._cells.items() if cell.task == task]
        if self._shares is not None:
            found.append(self._shares.loc[self._shares["task"] == task, "standin"].any())
        return any(found)

    def sample(self, terms: Sequence[Term]) -> Sample:
        """The values of each term for the seeds that have all of them.

        Seeds of an attack in which no attacker acted are left out. `ConfigError` names a quantity
        that the table of measures does not have.
        """
        for _, quantity in terms:
            if quantity not in self.quantities:
                raise ConfigError(
                    f"claims: quantity '{quantity}' is unknown; "
                    f"allowed: {', '.join(self.quantities)}"
                )
        unattacked = {cell: self.unattacked(cell) for cell, _ in terms}
        notes = [
            f"{unattacked_text(seeds)} of {cell.folder}, left out"
            for cell, seeds in unattacked.items()
            if seeds
        ]
        columns = [self._cells[cell][name].drop(unattacked[cell]) for cell, name in terms]
        return _common(columns, notes, set().union(*unattacked.values()))

    def tail_share(self, task: str, group: str) -> Sample | None:
        """The group's share of images in the tail, [seeds, 1]; None if it was not measured."""
        if self._shares is None:
            return None
        own = self._shares[(self._shares["task"] == task) & (self._shares["group"] == group)]
        return None if own.empty else _common([own.set_index("seed")["share"]])


def read_measures(path: str | Path) -> pd.DataFrame:
    """The run's table of measures from CSV.

    Raises `DataError`, naming the file, if it cannot be read, lacks a key column, has a quantity
    that is no number, or gives a seed of a cell twice.
    """
    types = dict.fromkeys(CELL_AXES, "string") | {"standin": "bool", "seed": "int64"}
    table = read_table(path, "table of measures", _KEYS, types=types, more=True)
    if table.empty or table[list(_KEYS)].isna().any(axis=None):
        raise DataError(f"{path}: holds no row, or a row without {', '.join(_KEYS)} (cut off?)")
    for name in table.columns.difference([*CELL_AXES, "standin"]):
        # A column without any value is read as numbers, all empty.
        if not pd.api.types.is_numeric_dtype(table[name]):
            raise DataError(f"{path}: column {name} holds what is no number")
    twice = table.duplicated([*CELL_AXES, "seed"])
    if twice.any():
        row = table[twice].iloc[0]
        raise DataError(f"{path}: seed {row['seed']} of {'/'.join(row[list(CELL_AXES)])} is twice")
    return table


def _common(
    columns: Sequence[pd.Series], notes: Sequence[str] = (), named: Collection[int] = ()
) -> Sample:
    """The seeds that every column has a finite number for; the notes say which are left out.

    Those `named` are in `notes` already.
    """
    seeds = [set(column.index) for column in columns]
    shared = sorted(set.intersection(*seeds))
    notes = list(notes)
    if lone := sorted(set.union(*seeds) - {*shared, *named}):
        notes.append(f"{_seeds(lone)} not in every cell, left out")
    values = np.column_stack([column.loc[shared].to_numpy(dtype=float) for column in columns])
    finite = np.atleast_1d(np.isfinite(values).all(axis=1))
    if not finite.all():
        without = [seed for seed, has in zip(shared, finite, strict=True) if not has]
        notes.append(f"{_seeds(without)} without a value, left out")
    return Sample(values[finite], tuple(notes))


def _seeds(seeds: Sequence[int]) -> str:
    return f"seed{'s' * (len(seeds) > 1)} {', '.join(map(str, seeds))}"
