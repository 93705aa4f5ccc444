"""Dropout with masks of its own random streams instead of the global generator's."""

import torch
from torch import nn

from edgecase.base.tensor_randomness import random_at_least


class Dropout(nn.Module):
    """Dropout whose mask is a function of (key, sample position, unit).

    `nn.Dropout` reads the global generator, so its masks depend on everything that ran before. Here
    the trainer calls `begin` before each forward pass with the client's key and the position of
    every sample of the batch in the client's training (epoch · n + place in the epoch): the masks
    of a client are the same in every batch shape and back-end.

    `per_channel` drops whole feature maps ([B, C, H, W] input), as `nn.Dropout2d` does. Samples
    that come longer or shorter, as sequences do, have at most `units` units: a mask is the
    beginning of the longest one's, and does not depend on the other samples of its batch.
    """

    def __init__(self, probability: float, per_channel: bool = False, units: int | None = None):
        super().__init__()
        self.probability = probability
        self.per_channel = per_channel
        self.units = units
        self._key: int | torch.Tensor | None = None
        self._positions: torch.Tensor | None = None

    def begin(self, key: int | torch.Tensor, positions: torch.Tensor) -> None:
        """Set the stream: `key` a 64-bit integer, `positions` int64 [B]."""
        self._key, self._positions = key, positions

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training:
            return x
        if self._key is None or self._positions is None or len(self._positions) != len(x):
            raise RuntimeError("Dropout.begin was not called for this batch")
        return self.drop(x, self._key, self._positions)

    def drop(
        self, x: torch.Tensor, key: int | torch.Tensor, positions: torch.Tensor
    ) -> torch.Tensor:
        """`x` [..., B, *features] with its mask for `positions` [..., B], scaled by 1/(1 − p).

        `key` is one stream's, or a tensor that broadcasts against [..., B, units].
        """
        features = x.shape[positions.dim() :]
        units = features[0] if self.per_channel else features.numel()
        first = positions[..., None] * (units if self.units is None else self.units)
        keep = random_at_least(self.probability, key, first, units)
        shape = (units, *[1] * (len(features) - 1)) if self.per_channel else features
        return x * keep.view(*positions.shape, *shape).to(x.dtype) / (1 - self.probability)
