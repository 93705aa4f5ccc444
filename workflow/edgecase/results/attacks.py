"""Count the attacks of a seed, and leave out the seeds in which no attacker acted.

A pool of attackers may never be sampled in a short run. Such a seed is a run without an attack and
shows nothing of one, so whatever averages over seeds leaves it out and names it.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from edgecase.results.rounds import CELL_AXES

if TYPE_CHECKING:
    import pandas as pd

#: the attack of a cell that nobody attacks.
NO_ATTACK = "none"

_SEED = (*CELL_AXES, "seed")


def attacks_per_seed(num_attackers: Iterable[int]) -> int:
    """The attacks of one seed, from the column `num_attackers`: rounds with an attacker.

    >>> attacks_per_seed([0, 1, 0, 2])
    2
    """
    return sum(number > 0 for number in num_attackers)


def shows_its_attack(attack: str, attacks: int) -> bool:
    """Whether a seed of a cell with `attack` counts; without an attack there is none to show."""
    return attack == NO_ATTACK or attacks > 0


def attacks_of(table: "pd.DataFrame") -> "pd.Series":
    """The attacks of each cell and seed of a tidy table."""
    rounds = table.groupby(list(_SEED), sort=False)["num_attackers"]
    return rounds.agg(attacks_per_seed)


def attacked(table: "pd.DataFrame") -> "pd.DataFrame":
    """The rows of a tidy table but for those of seeds in which no attacker acted."""
    if table.empty:
        return table
    counts = table.groupby(list(_SEED), sort=False)["num_attackers"].transform(attacks_per_seed)
    shown = [
        shows_its_attack(attack, attacks)
        for attack, attacks in zip(table["attack"], counts, strict=True)
    ]
    return table[shown]


def unattacked(table: "pd.DataFrame") -> dict[tuple[str, ...], list[int]]:
    """Cell → its seeds in which no attacker acted, for the cells of a tidy table that have any."""
    found: dict[tuple[str, ...], list[int]] = {}
    for (*axes, seed), attacks in sorted(attacks_of(table).items()):
        if not shows_its_attack(axes[CELL_AXES.index("attack")], attacks):
            found.setdefault(tuple(axes), []).append(seed)
    return found


def unattacked_text(seeds: Sequence[int]) -> str:
    """The seeds in which no attacker acted, as a clause.

    >>> unattacked_text([3])
    'no attacker acted in seed 3'
    """
    return f"no attacker acted in seed{'s' * (len(seeds) > 1)} {', '.join(map(str, seeds))}"


def unattacked_note(table: "pd.DataFrame") -> list[str]:
    """The seeds of a tidy table that are left out, cell by cell, as sentences; none if all count.

    Cells are named by the axes in which those of the table differ, where some of those with an
    attack are not concerned.
    """
    found = unattacked(table)
    cells = table[list(CELL_AXES)].drop_duplicates()
    differ = [number for number, axis in enumerate(CELL_AXES) if cells[axis].nunique() > 1]
    by_seeds: dict[str, list[str]] = {}
    for names, seeds in found.items():
        where = " ".join(names[number] for number in differ)
        by_seeds.setdefault(unattacked_text(seeds), []).append(where)
    every = (cells["attack"] != NO_ATTACK).sum()
    return [
        f"Left out: {said}{'' if len(where) == every else ' of ' + '; '.join(where)}."
        for said, where in by_seeds.items()
    ]
