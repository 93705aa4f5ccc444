"""Say what a model's outputs mean: its loss and its hits, one number per sample.

Training, evaluation and probes ask the model's head and know no task:

>>> import torch
>>> head = CrossEntropy()
>>> outputs, labels = torch.tensor([[0.0, 0.0], [9.0, 1.0]]), torch.tensor([1, 0])
>>> [round(value, 4) for value in head.loss(outputs, labels).tolist()]
[0.6931, 0.0003]
>>> head.hits(outputs, labels).tolist()
[False, True]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from edgecase.base.lazy import lazy, torch
from edgecase.base.padding import PADDING

if TYPE_CHECKING:
    from torch import Tensor

    from edgecase.models.layers.tied import WordScores

functional = lazy("torch.nn.functional")


class Head(Protocol):
    """What the outputs [B, …] of a model mean, given the labels of its batch.

    A sample has one or more places that ask for an answer: an image one, a text to predict one for
    every word.
    """

    def loss(self, outputs: Any, labels: Tensor) -> Tensor:
        """Each sample's loss [B], the mean over its places; a step minimises the samples' mean."""

    def hits(self, outputs: Any, labels: Tensor) -> Tensor:
        """At how many places of each sample the prediction is the label: bool or int64 [B]."""

    def classes(self, outputs: Any) -> Tensor:
        """The class that each sample is said to be: int64 [B]; of a head with classes alone."""

    def places(self, labels: Tensor) -> Tensor:
        """How many places of each sample ask for an answer: int64 [B]."""

    def last(self, labels: Tensor) -> Tensor:
        """The labels of samples that are asked at their last place alone."""


class OneLabel:
    """A head of samples that have one label each."""

    def places(self, labels: Tensor) -> Tensor:
        return torch.ones_like(labels)

    def last(self, labels: Tensor) -> Tensor:
        return labels


@dataclass(frozen=True)
class CrossEntropy(OneLabel):
    """Classes: logits [B, C], labels int64 [B]."""

    def loss(self, outputs: Tensor, labels: Tensor) -> Tensor:
        return functional.cross_entropy(outputs, labels, reduction="none")

    def classes(self, outputs: Tensor) -> Tensor:
        return outputs.argmax(1)

    def hits(self, outputs: Tensor, labels: Tensor) -> Tensor:
        return self.classes(outputs) == labels


@dataclass(frozen=True)
class BinaryCrossEntropy(OneLabel):
    """Two classes by one logit: outputs [B], labels int64 [B] of 0 and 1."""

    def loss(self, outputs: Tensor, labels: Tensor) -> Tensor:
        return functional.binary_cross_entropy_with_logits(
            outputs, labels.to(outputs.dtype), reduction="none"
        )

    def classes(self, outputs: Tensor) -> Tensor:
        return (outputs > 0).long()

    def hits(self, outputs: Tensor, labels: Tensor) -> Tensor:
        return (outputs > 0) == (labels == 1)


@dataclass(frozen=True)
class NextWord:
    """The word that follows each of L: `WordScores` [B, L], labels int64 [B, L].

    Places with the label `padding` ask for nothing, and no score is computed there.
    """

    padding: int = PADDING

    def classes(self, outputs: WordScores) -> Tensor:
        raise NotImplementedError("a text to predict has no classes")

    def loss(self, outputs: WordScores, labels: Tensor) -> Tensor:
        asked = labels != self.padding
        losses = outputs.losses(asked, labels[asked])
        spread = losses.new_zeros(labels.shape).masked_scatter(asked, losses)
        return spread.sum(1) / asked.sum(1).clamp(min=1)

    def hits(self, outputs: WordScores, labels: Tensor) -> Tensor:
        asked = labels != self.padding
        right = torch.zeros_like(asked)
        right[asked] = outputs.likeliest(asked) == labels[asked]
        return right.sum(1)

    def places(self, labels: Tensor) -> Tensor:
        return (labels != self.padding).sum(1)

    def last(self, labels: Tensor) -> Tensor:
        asked = labels != self.padding
        return labels * (asked & (asked.cumsum(1) == asked.sum(1, keepdim=True)))


#: the head of every model that says nothing else.
CLASSES = CrossEntropy()
