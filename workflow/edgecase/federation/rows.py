"""Train the embeddings of the words that occur, and account for all others by one number.

A client's sentences hold few of a vocabulary's words. The gradient of every other word's embedding
is 0, so local training multiplies all of them by one common factor (1 without weight decay), and
what happens to them happens to their length: a parameter without gradient follows it through weight
decay, momentum, a proximal term and a projection. Norms, distances, averages and medians of such
vectors are those of the whole ones.

>>> start = torch.tensor([9.0, 1.0, 1.0, 3.0, 4.0])  # 9, then the table [[1, 1], [3, 4]]
>>> rows = Rows(1, 2, torch.tensor([0]), start)
>>> rows.narrow(start)
tensor([9., 1., 1., 5., 0.])
>>> rows.widen(torch.tensor([8.0, 2.0, 2.0, 10.0, 0.0]))
tensor([8., 2., 2., 6., 8.])
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import torch

from edgecase.base.padding import PADDING
from edgecase.federation.flat import FlatModel
from edgecase.models.layers.recurrent import RecurrentClassifier


class View(Protocol):
    """The coordinates of a flat vector that a round is about."""

    def narrow(self, vector: torch.Tensor) -> torch.Tensor:
        """Those coordinates [Q] of `vector` [P]."""

    def widen(self, vector: torch.Tensor, into: torch.Tensor | None = None) -> torch.Tensor:
        """The inverse: [Q] as [P], written `into` that [P] if there is one."""


class Whole:
    """All coordinates."""

    def narrow(self, vector: torch.Tensor) -> torch.Tensor:
        return vector

    def widen(self, vector: torch.Tensor, into: torch.Tensor | None = None) -> torch.Tensor:
        return vector if into is None else into.copy_(vector)


WHOLE = Whole()


@dataclass(frozen=True, eq=False)
class Rows:
    """Some rows of the table that ends a flat vector, and the length of all others together.

    `start` [P] is `dense` coordinates and a table [n, size]; `ids` int64 [r] are rows of it, in
    order. A narrow vector [Q] is the dense coordinates, these rows, and one row more: in its first
    place, the other rows' component along those of `start`.
    """

    dense: int
    size: int
    ids: torch.Tensor
    start: torch.Tensor

    def narrow(self, vector: torch.Tensor) -> torch.Tensor:
        rest = vector.new_zeros(self.size)
        rest[0] = self._length if vector is self.start else self._along(vector)
        chosen = self._table(vector)[self.ids]
        return torch.cat([vector[: self.dense], chosen.flatten(), rest])

    def widen(self, vector: torch.Tensor, into: torch.Tensor | None = None) -> torch.Tensor:
        """The inverse of `narrow` for vectors whose other rows are a multiple of the start's."""
        wide = self.start.clone() if into is None else into.copy_(self.start)
        table = self._table(wide)
        length = vector[-self.size]
        if self._length > 0 and length != self._length:
            table *= torch.where(self._others, length / self._length, 1.0).to(table)[:, None]
        wide[: self.dense] = vector[: self.dense]
        table[self.ids] = vector[self.dense : -self.size].view(-1, self.size)
        return wide

    def _table(self, vector: torch.Tensor) -> torch.Tensor:
        return vector[self.dense :].view(-1, self.size)

    @cached_property
    def _others(self) -> torch.Tensor:
        """Which rows are not chosen, bool [n]."""
        others = torch.ones(len(self._table(self.start)), dtype=torch.bool, device=self.ids.device)
        others[self.ids] = False
        return others

    @cached_property
    def _length(self) -> torch.Tensor:
        """The l2 norm of the start's other rows, in its own precision."""
        norms = torch.linalg.vector_norm(self._table(self.start), dim=1)
        return torch.linalg.vector_norm(norms[self._others])

    def _along(self, vector: torch.Tensor) -> torch.Tensor:
        """The component of the other rows of `vector` along those of the start."""
        products = (self._table(vector) * self._table(self.start)).sum(1)
        return torch.nan_to_num(products[self._others].sum() / self._length)


def has_rows(model: FlatModel) -> bool:
    """Whether the model's vector ends with a table of which a client trains few rows."""
    return isinstance(model.module, RecurrentClassifier)


def words_in(tokens: Sequence[torch.Tensor]) -> torch.Tensor:
    """The words that occur, and the padding: int64 [r], in order."""
    found = [part.unique() for part in tokens]
    return torch.cat([found[0].new_full((1,), PADDING), *found]).unique().long()


def rows_at(model: FlatModel, ids: torch.Tensor, start: torch.Tensor) -> Rows:
    """The view of `start` [P], which may be a view of the model itself, with its rows `ids`."""
    weight = _classifier(model).embedding.weight
    return Rows(model.parameters.numel() - weight.numel(), weight.shape[1], ids, start)


def over_rows(model: FlatModel, count: int) -> FlatModel:
    """A model like `model` over `count` rows, which are unset, and one for all others."""
    module = _classifier(model).over(count + 1)
    return FlatModel(module, model.device, model.dtype, head=model.head)


def _classifier(model: FlatModel) -> RecurrentClassifier:
    assert isinstance(model.module, RecurrentClassifier)
    return model.module
