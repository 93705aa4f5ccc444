"""Train and test on photographs that lie in files: never all of them are in memory.

A `PhotographStore` decodes those of the round's participants, a `MappedStore` reads a test set that
was decoded once (`edgecase.datasets.photographs.mapped`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch

from edgecase.datasets.photographs.decode import decode
from edgecase.datasets.photographs.mapped import centre_crop
from edgecase.federation.ahead import Ahead
from edgecase.federation.crops import random_resized_crop
from edgecase.federation.stores import Store
from edgecase.federation.transforms import PHOTOGRAPHS


@dataclass(frozen=True)
class Batches:
    """Inputs [N, …] of which a batch is `made`, of a slice of rows, when it is asked for."""

    count: int
    made: Callable[[slice], torch.Tensor]

    def __len__(self) -> int:
        return self.count

    def split(self, size: int) -> Iterator[torch.Tensor]:
        """The inputs in batches of `size`, the last one smaller."""
        for first in range(0, self.count, size):
            yield self.made(slice(first, min(first + size, self.count)))


@contextlib.contextmanager
def let_go_after(store: Store) -> Generator[None]:
    """Let go of what a store of files has read ahead, however it ends: no thread goes on."""
    try:
        yield
    finally:
        if isinstance(store, PhotographStore):
            store.expect([])


@dataclass(frozen=True)
class PhotographStore:
    """Photographs in files, and edge cases uint8 [n, S, S, 3] in memory behind them.

    Row r is the file `names[r]` in `folder`; `labels` int64 [N + n] are those of all. A batch has
    random crops of `size` × `size` pixels. `expect` says which rows the next rounds need: they are
    decoded in threads, once, and kept at their full size until they are needed no more; a batch is
    the same whatever was expected.
    """

    sequential: ClassVar[bool] = False

    folder: Path
    names: Sequence[str]
    labels: torch.Tensor
    size: int
    edge: torch.Tensor
    decoded: Ahead[torch.Tensor] = field(repr=False)

    @classmethod
    def of(
        cls,
        folder: Path,
        names: Sequence[str],
        labels: torch.Tensor,
        *,
        size: int,
        side: int,
        threads: int,
    ) -> PhotographStore:
        """The store of these files with their `labels` [N]; edge cases have S = `side` pixels."""

        def photograph(row: int) -> torch.Tensor:
            return torch.from_numpy(decode(folder / names[row]))

        none = torch.empty(0, side, side, 3, dtype=torch.uint8, device=labels.device)
        return cls(folder, names, labels, size, none, Ahead(photograph, threads))

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """That of an edge case: files have any."""
        return tuple(self.edge.shape[1:])

    def expect(self, rows: Sequence[torch.Tensor]) -> None:
        """Keep the photographs of `rows` (int64 [n] each, in the order of their use) alone."""
        self.decoded.expect(row for own in rows for row in own.tolist() if row < len(self.names))

    def batch(
        self,
        rows: torch.Tensor,
        transform: None,
        key: int | torch.Tensor,
        positions: torch.Tensor,
        dtype: torch.dtype,
    ) -> torch.Tensor:
        photographs = [image.to(rows.device) for image in self._photographs(rows.tolist())]
        return random_resized_crop(photographs, key, positions, self.size).to(dtype)

    def inputs(self, transform: None, dtype: torch.dtype) -> Batches:
        def middles(rows: slice) -> torch.Tensor:
            crops = [
                torch.from_numpy(centre_crop(each.cpu().numpy(), self.edge.shape[1], self.size))
                for each in self._photographs([*range(rows.start, rows.stop)])
            ]
            return _middle(torch.stack(crops).to(self.labels.device), self.size, dtype)

        return Batches(len(self.labels), middles)

    def example(self, dtype: torch.dtype) -> torch.Tensor:
        return torch.zeros(1, 3, self.size, self.size, dtype=dtype, device=self.labels.device)

    def extended(self, samples: list[torch.Tensor], labels: list[torch.Tensor]) -> PhotographStore:
        edge, known = torch.cat([self.edge, *samples]), torch.cat([self.labels, *labels])
        return replace(self, edge=edge, labels=known)

    def asking(self, samples: torch.Tensor, labels: torch.Tensor) -> PhotographStore:
        return self.extended([samples], [labels])

    def _photographs(self, rows: list[int]) -> list[torch.Tensor]:
        """uint8 [H, W, 3] of each row; those of files on the CPU."""
        files = len(self.names)
        decoded = iter(self.decoded.get([row for row in rows if row < files]))
        return [next(decoded) if row < files else self.edge[row - files] for row in rows]


@dataclass(frozen=True)
class MappedStore:
    """Test images uint8 [·, S, S, 3] that lie in a file, and edge cases [n, S', S', 3] in memory.

    `rows` [N] of the file are tested, on their middle, `size` × `size` pixels; a batch is read when
    it is asked for. `labels` int64 [N + n] are theirs and those of the edge cases.
    """

    sequential: ClassVar[bool] = False

    images: np.ndarray
    rows: np.ndarray
    labels: torch.Tensor
    size: int
    edge: torch.Tensor | None = None

    @property
    def sample_shape(self) -> tuple[int, ...]:
        return self.images.shape[1:]

    def batch(
        self,
        rows: torch.Tensor,
        transform: None,
        key: int | torch.Tensor,
        positions: torch.Tensor,
        dtype: torch.dtype,
    ) -> torch.Tensor:
        return torch.cat([self._middle(slice(row, row + 1), dtype) for row in rows.tolist()])

    def inputs(self, transform: None, dtype: torch.dtype) -> Batches:
        return Batches(len(self.labels), lambda rows: self._middle(rows, dtype))

    def example(self, dtype: torch.dtype) -> torch.Tensor:
        return torch.zeros(1, 3, self.size, self.size, dtype=dtype, device=self.labels.device)

    def extended(self, samples: list[torch.Tensor], labels: list[torch.Tensor]) -> MappedStore:
        before = [] if self.edge is None else [self.edge]
        edge, known = torch.cat([*before, *samples]), torch.cat([self.labels, *labels])
        return replace(self, edge=edge, labels=known)

    def asking(self, samples: torch.Tensor, labels: torch.Tensor) -> MappedStore:
        return self.extended([samples], [labels])

    def _middle(self, rows: slice, dtype: torch.dtype) -> torch.Tensor:
        """Inputs of the rows from a start to a stop."""
        count = len(self.rows)
        parts = []
        if rows.start < count:
            own = torch.from_numpy(self.images[self.rows[rows.start : rows.stop]])
            parts.append(_middle(own.to(self.labels.device), self.size, dtype))
        if rows.stop > count:
            assert self.edge is not None
            own = self.edge[max(rows.start - count, 0) : rows.stop - count]
            parts.append(_middle(own, self.size, dtype))
        return torch.cat(parts)


def _middle(images: torch.Tensor, size: int, dtype: torch.dtype) -> torch.Tensor:
    """The middle of uint8 [B, S, S, 3], normalised: [B, 3, size, size]."""
    first = (images.shape[1] - size) // 2
    assert PHOTOGRAPHS.test is not None
    return PHOTOGRAPHS.test.test(images[:, first : first + size, first : first + size], dtype)
