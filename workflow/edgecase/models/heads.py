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
from typing import TYPE_CHECKING, Protocol

from edgecase.base.lazy import lazy

if TYPE_CHECKING:
    from torch import Tensor

functional = lazy("torch.nn.functional")


class Head(Protocol):
    """What the outputs [B, …] of a model mean, given the labels of its batch."""

    def loss(self, outputs: Tensor, labels: Tensor) -> Tensor:
        """Each sample's loss [B]; a step minimises their mean."""

    def hits(self, outputs: Tensor, labels: Tensor) -> Tensor:
        """Of each sample, whether the prediction is its label: bool [B]."""


@dataclass(frozen=True)
class CrossEntropy:
    """Classes: logits [B, C], labels int64 [B]."""

    def loss(self, outputs: Tensor, labels: Tensor) -> Tensor:
        return functional.cross_entropy(outputs, labels, reduction="none")

    def hits(self, outputs: Tensor, labels: Tensor) -> Tensor:
        return outputs.argmax(1) == labels


@dataclass(frozen=True)
class BinaryCrossEntropy:
    """Two classes by one logit: outputs [B], labels int64 [B] of 0 and 1."""

    def loss(self, outputs: Tensor, labels: Tensor) -> Tensor:
        return functional.binary_cross_entropy_with_logits(
            outputs, labels.to(outputs.dtype), reduction="none"
        )

    def hits(self, outputs: Tensor, labels: Tensor) -> Tensor:
        return (outputs > 0) == (labels == 1)


@dataclass(frozen=True)
class NextWord:
    """The word that follows each of L: logits [B, L, V], labels int64 [B, L].

    Places with the label `padding` count nowhere. A sample's loss is the mean over its other
    places; it is a hit if the word at the last of these is predicted.
    """

    padding: int = 0

    def loss(self, outputs: Tensor, labels: Tensor) -> Tensor:
        losses = functional.cross_entropy(outputs.transpose(1, 2), labels, reduction="none")
        counted = labels != self.padding
        return (losses * counted).sum(1) / counted.sum(1).clamp(min=1)

    def hits(self, outputs: Tensor, labels: Tensor) -> Tensor:
        counted = labels != self.padding
        last = (counted.cumsum(1) * counted).argmax(1, keepdim=True)
        right = outputs.argmax(2).gather(1, last) == labels.gather(1, last)
        return right.squeeze(1) & counted.any(1)


#: the head of every model that says nothing else.
CLASSES = CrossEntropy()
