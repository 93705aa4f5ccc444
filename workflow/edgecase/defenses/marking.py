"""What a server trains into the model that it sends, to look for in what comes back."""

from __future__ import annotations

from dataclasses import dataclass

from edgecase.base.lazy import torch


@dataclass(frozen=True)
class Marking:
    """Train the global model on images from elsewhere before it is sent, in every `every`-th round.

    `images` of the data set `ood_dataset` are drawn once for a seed, with labels at random, as many
    of each class; both stay. Training is SGD on cross-entropy + (`mu` / 2) · ‖w − w_t‖, in batches
    of `batch_size` that stay too. A mark of which w knows no class by `threshold` % tells nothing.
    """

    ood_dataset: str
    images: int
    batch_size: int
    epochs: int
    momentum: float
    weight_decay: float
    mu: float
    threshold: float
    every: int

    def lr(self, epoch: int) -> float:
        """The learning rate of `epoch`, from 0."""
        raise NotImplementedError

    def is_due(self, round: int) -> bool:
        """Whether the model of `round`, from 1, is marked."""
        return (round - 1) % self.every == 0


@dataclass(frozen=True, eq=False)
class Mark:
    """The mark in the model of a round: `inputs` [n, …] that it was trained on, as a test sees
    them, with the `labels` int64 [n], and the running statistics [B] behind that training."""

    inputs: torch.Tensor
    labels: torch.Tensor
    buffers: torch.Tensor | None = None
