"""Say where the layer that gives a model's outputs lies in its flat vector."""

from __future__ import annotations

from dataclasses import dataclass

from edgecase.base.lazy import torch


@dataclass(frozen=True)
class LastLayer:
    """The output layer's coordinates in a flat vector [P].

    `weight` are those of its matrix [classes, features], row after row, and `bias` those of its
    bias [classes], or None where it has none. A model with one logit has one class.

    >>> layer = LastLayer(slice(1, 5), slice(5, 7), classes=2)
    >>> layer.weights(torch.arange(7.0)).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    >>> layer.flat(torch.arange(7.0)).tolist()
    [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    """

    weight: slice
    bias: slice | None
    classes: int

    def weights(self, vector: torch.Tensor) -> torch.Tensor:
        """The matrix of each of the vectors [..., P], a view: [..., classes, features]."""
        return vector[..., self.weight].unflatten(-1, (self.classes, -1))

    def biases(self, vector: torch.Tensor) -> torch.Tensor | None:
        """The bias of each of the vectors [..., P], a view: [..., classes]."""
        return None if self.bias is None else vector[..., self.bias]

    def flat(self, vector: torch.Tensor) -> torch.Tensor:
        """The layer's coordinates of the vectors [..., P], a copy: matrix, then bias."""
        parts = [self.weight] if self.bias is None else [self.weight, self.bias]
        return torch.cat([vector[..., part] for part in parts], dim=-1)
