"""Sort the values of each coordinate over the clients by a network of minima and maxima.

A network compares whole rows, whatever their values, so every step is a vector operation. A
comparator, or half of one, that no wanted rank needs is left out.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from typing import NamedTuple

from edgecase.base.lazy import torch

#: columns that a thread ranks at once on a processor: their rows stay in its caches.
_COLUMNS = 2**15
#: elements that are ranked at once on a GPU.
_BLOCK = 2**22
#: above so many rows, a network has more steps than a sort.
_MOST_ROWS = 64


class Comparator(NamedTuple):
    """Put the smaller of rows `low` and `high` into `low`, and the larger into `high`."""

    low: int
    high: int
    #: whether the row is read later.
    smaller: bool
    larger: bool


class _Need(IntEnum):
    """What is wanted of a row: nothing, its value among others to add up, or its value as such."""

    NONE = 0
    ANY = 1
    EXACT = 2


@functools.cache
def network(m: int, trimmed: int = 0, *, ordered: bool = True) -> tuple[Comparator, ...]:
    """The comparators that bring rows trimmed … m − trimmed − 1 of m rows to their ranks.

    Not `ordered`, these rows hold the values of their ranks in any order. Batcher's odd-even merge
    sort (1968) of the next power of two, whose comparators beyond m compare with infinity.
    """
    wanted = _Need.EXACT if ordered else _Need.ANY
    needs = [wanted if trimmed <= row < m - trimmed else _Need.NONE for row in range(m)]
    kept = []
    for low, high in reversed([*_odd_even(m)]):
        if needs[low] == needs[high] != _Need.EXACT:
            continue
        kept.append(Comparator(low, high, needs[low] > _Need.NONE, needs[high] > _Need.NONE))
        needs[low] = needs[high] = _Need.EXACT
    return tuple(reversed(kept))


def _odd_even(m: int) -> Iterator[tuple[int, int]]:
    """The pairs of rows (i < j) that Batcher's network compares, in order."""
    width = 1
    while width < m:
        step = width
        while step >= 1:
            for first in range(step % width, m - step, 2 * step):
                for low in range(first, min(first + step, m - step)):
                    if low // (2 * width) == (low + step) // (2 * width):
                        yield low, low + step
            step //= 2
        width *= 2


class Sorter:
    """Rank [m, c] pieces of updates, in memory that it uses again."""

    def __init__(self, comparators: Sequence[Comparator]) -> None:
        self._comparators = comparators
        self._spare: list[torch.Tensor] = []

    def __call__(self, block: Iterable[torch.Tensor]) -> list[torch.Tensor]:
        """The ranked rows of `block` [m, c], which is not modified; valid until the next call.

        Rows that the network does not bring to a rank hold anything.
        """
        rows = list(block)
        if not self._spare or self._spare[0].shape != rows[0].shape:
            self._spare = [torch.empty_like(rows[0]) for _ in range(len(rows) + 2)]
        spare, own = list(self._spare), [False] * len(rows)
        for low, high, smaller, larger in self._comparators:
            first, second = rows[low], rows[high]
            if smaller:
                rows[low] = torch.minimum(first, second, out=spare.pop())
            if larger:
                # In place where the row is no client's: what was read is not needed again.
                place = second if own[high] else spare.pop()
                rows[high] = torch.maximum(first, second, out=place)
            elif own[high]:
                spare.append(second)
            if own[low]:
                spare.append(first)
            own[low], own[high] = smaller, larger
        return rows


def trimmed_mean(updates: torch.Tensor, trimmed: int, dtype: torch.dtype) -> torch.Tensor:
    """The mean [P] of each column of `updates` [m, P] without its `trimmed` smallest and largest.

    Kept values are added up in float64 and rounded to `dtype` once. m > 2 · trimmed.
    """
    m, size = updates.shape
    kept = range(trimmed, m - trimmed)
    sorter = Sorter(network(m, trimmed, ordered=False) if m <= _MOST_ROWS else ())
    found = updates.new_empty(size, dtype=dtype)
    for part in column_parts(updates):
        block = updates[:, part]
        rows = sorter(block) if m <= _MOST_ROWS else block.sort(dim=0).values
        total, value = torch.empty((2, block.shape[1]), dtype=torch.float64, device=block.device)
        total.copy_(rows[kept[0]])
        for row in kept[1:]:
            total += value.copy_(rows[row])
        found[part] = total.div_(len(kept))
    return found


def column_parts(updates: torch.Tensor) -> Iterator[slice]:
    """The columns of `updates` [m, P] in pieces that are ranked at once."""
    m, size = updates.shape
    on_cpu = updates.device.type == "cpu"
    columns = _COLUMNS * torch.get_num_threads() if on_cpu else max(_COLUMNS, _BLOCK // m)
    for first in range(0, size, columns):
        yield slice(first, min(first + columns, size))


def near_median(
    updates: torch.Tensor,
    chosen: Sequence[int],
    dropped: int,
    dtype: torch.dtype,
    *,
    mixing: torch.Tensor | None = None,
    lower: bool = False,
) -> torch.Tensor:
    """The mean [P] of each column's values nearest to their median, without the `dropped` others.

    Of the rows `chosen` of `updates` [m, P] or, with `mixing` [n, m] in float64, of their averages
    mixing @ updates. Of an even number of values the median is the mean of the two in the middle,
    or the `lower`. Ties go to the smaller value.

    The nearest values of a sorted column are neighbours. A window of them moves up past row a while
    the row that it would gain is nearer than a; so of the rows a, a + kept, a + 2 kept, …, exactly
    one lies in it.
    """
    n = len(chosen) if mixing is None else len(mixing)
    kept, middle = n - dropped, ((n - 1) // 2, (n - 1) // 2 if lower else n // 2)
    sorter = Sorter(network(n))
    found = updates.new_empty(updates.shape[1], dtype=dtype)
    for part in column_parts(updates):
        if mixing is None:
            block = [updates[row, part] for row in chosen]
        else:
            block = mixing.to(updates.device) @ updates[:, part].to(torch.float64)
        rows = [row.to(torch.float64) for row in sorter(block)]
        # The sum of two numbers of float32 is exact in float64.
        twice = rows[middle[0]] + rows[middle[1]]
        total = torch.zeros_like(twice)
        for row in range(kept):
            value = rows[row]
            for low in range(row, dropped, kept):
                # The upper one is nearer: upper − median < median − lower.
                nearer = rows[low + kept] + rows[low] < twice
                value = torch.where(nearer, rows[low + kept], value)
            total += value
        found[part] = total.div_(kept)
    return found
