"""Layers and initial weights that draw from explicit generators instead of the global one."""

import math

import torch
from torch import nn

from edgecase.tensor_randomness import random_uniform


class Dropout(nn.Module):
    """Dropout whose mask is a function of (key, sample position, unit).

    `nn.Dropout` reads the global generator, so its masks depend on everything that ran before. Here
    the trainer calls `begin` before each forward pass with the client's key and the position of
    every sample of the batch in the client's training (epoch · n + place in the epoch): the masks
    of a client are the same in every batch shape and back-end.

    `per_channel` drops whole feature maps ([B, C, H, W] input), as `nn.Dropout2d` does.
    """

    def __init__(self, probability: float, per_channel: bool = False):
        super().__init__()
        self.probability = probability
        self.per_channel = per_channel
        self._key: int | None = None
        self._positions: torch.Tensor | None = None

    def begin(self, key: int, positions: torch.Tensor) -> None:
        """Set the stream: `key` int64, `positions` int64 [B]."""
        self._key, self._positions = key, positions

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training:
            return x
        if self._positions is None or len(self._positions) != len(x):
            raise RuntimeError("Dropout.begin was not called for this batch")
        units = x.shape[1] if self.per_channel else x[0].numel()
        counter = self._positions[:, None] * units + torch.arange(units, device=x.device)
        keep = random_uniform(self._key, counter) >= self.probability
        shape = (*x.shape[:2], *[1] * (x.dim() - 2)) if self.per_channel else x.shape
        return x * keep.view(shape).to(x.dtype) / (1 - self.probability)


def initialise_default(module: nn.Module, generator: torch.Generator) -> None:
    """torch's default initial weights of `Conv2d` and `Linear`, drawn from `generator`.

    Weight and bias are uniform on ±1/√fan_in (He et al. 2015 with a = √5, as in `torch.nn`).
    """
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            bound = 1 / math.sqrt(layer.weight[0].numel())
            nn.init.uniform_(layer.weight, -bound, bound, generator=generator)
            nn.init.uniform_(layer.bias, -bound, bound, generator=generator)


def scaled(channels: int, width: float) -> int:
    """`channels` times `width`, at least one."""
    return max(1, round(channels * width))
