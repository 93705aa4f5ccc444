"""Judge claims again as seeds are added, at a stated error over all looks.

A claim that is judged whenever there are more seeds finds some wrong verdict more often than the
5 % of one look. So the looks share the error: with at most N seeds, n of them may have spent

    α(t) = α · ln(1 + (e − 1) · t),  t = n / N

(Lan and DeMets 1983, "Discrete sequential boundaries for clinical trials"; the spending function
that comes close to Pocock's bounds). A look is judged with what is new since the look before. By
the union bound the chance that any look's interval misses the true value is at most α, however the
looks depend on each other, and whichever of them ends the matter.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from edgecase.base.lazy import pandas as pd
from edgecase.claims.measured import Measured
from edgecase.claims.model import FAILS, HOLDS, Claim
from edgecase.claims.statistics import ERROR, Look
from edgecase.results.cells import Cell

#: verdicts that no further look changes.
DECIDED = (HOLDS, FAILS)


def spent(share: float, error: float = ERROR) -> float:
    """What of the `error` a look at this share of the most seeds may have spent: α(t)."""
    return error * math.log1p((math.e - 1) * share)


def schedule(step: int, most: int) -> list[int]:
    """The numbers of seeds that are looked at: in `step`s, and the `most` last.

    >>> schedule(3, 10)
    [3, 6, 9, 10]
    """
    return [*range(step, most, step), most]


def listed(first: Sequence[int], most: int) -> list[int]:
    """The seeds that looks take in turn: the `first`, those of the run, and up to `most` others.

    >>> listed([0, 2], 4)
    [0, 2, 3, 4]
    """
    return [*first, *range(max(first) + 1, max(first) + 1 + most - len(first))]


def errors(seeds: Sequence[int], error: float = ERROR) -> list[float]:
    """The error of each look at these numbers of seeds; they sum to `error`.

    >>> [round(each, 4) for each in errors([3, 6, 9, 12])]
    [0.0179, 0.0131, 0.0104, 0.0086]
    """
    shares = [spent(count / seeds[-1], error) for count in seeds]
    return [now - before for now, before in zip(shares, [0.0, *shares], strict=False)]


@dataclass(frozen=True)
class Ahead:
    """The next look at a claim: its number from 0, at how many seeds, and its cells."""

    claim: Claim
    look: int
    seeds: int
    cells: tuple[Cell, ...]

    def lacking(self, held: Mapping[Cell, Collection[int]], listed: Sequence[int]) -> list[Cell]:
        """Its cells without one of the seeds that it is judged on, the first of those `listed`."""
        wanted = set(listed[: self.seeds])
        return [cell for cell in self.cells if not wanted <= set(held.get(cell, ()))]


def ahead(
    claims: Iterable[Claim],
    needed: Mapping[str, Sequence[Cell]],
    looked: Mapping[str, Sequence[str]],
    seeds: Sequence[int],
) -> list[Ahead]:
    """The next look at each of the `claims` that is open.

    `needed` has the cells of those that the run can judge, `looked` the verdicts of the looks so
    far, and `seeds` the numbers of seeds to look at.
    """
    found = []
    for claim in claims:
        verdicts = looked.get(claim.id, ())
        over = len(verdicts) == len(seeds) or any(verdict in DECIDED for verdict in verdicts)
        if claim.id in needed and not over:
            look = len(verdicts)
            found.append(Ahead(claim, look, seeds[look], tuple(needed[claim.id])))
    return found


def measured_at(
    measures: pd.DataFrame, seeds: Collection[int], error: float, shares: pd.DataFrame | None = None
) -> Measured:
    """What a look at these seeds, of this error, sees of a run's table of `measures`."""
    return Measured(measures[measures["seed"].isin(seeds)], shares, Look(error))


def last(log: pd.DataFrame) -> dict[str, dict]:
    """Claim id → its last row in the log of looks."""
    return {row["claim"]: row for row in log.to_dict("records")}
