"""Add up rows that come one after the other, to the bits of `distances.weighted_sum`."""

from __future__ import annotations

from edgecase.base.lazy import torch

#: coordinates of a piece of the sum: 64 MiB, which go back to the system as the piece is rounded.
_PIECE = 2**23
#: coordinates that are widened to float64 at once.
_BLOCK = 2**17


class RunningSum:
    """Σ_i weight_i · row_i over rows [size], in float64.

    >>> import torch
    >>> total = RunningSum(2, torch.device("cpu"))
    >>> total.add(torch.tensor([1.0, 2.0]), 0.5)
    >>> total.add(torch.tensor([4.0, 8.0]), 0.25)
    >>> total.rounded(torch.float32)
    tensor([1.5000, 3.0000])
    """

    def __init__(self, size: int, device: torch.device) -> None:
        self._size = size
        self._pieces = [
            torch.zeros(min(_PIECE, size - first), dtype=torch.float64, device=device)
            for first in range(0, size, _PIECE)
        ]

    def add(self, row: torch.Tensor, weight: float) -> None:
        """Add weight · row; product and sum are rounded to float64."""
        for piece, part in zip(self._pieces, row.split(_PIECE), strict=True):
            for total, block in zip(piece.split(_BLOCK), part.split(_BLOCK), strict=True):
                total.add_(block.to(torch.float64).mul(weight))

    def rounded(self, dtype: torch.dtype, noise: torch.Tensor | None = None) -> torch.Tensor:
        """The sum plus `noise` [size], rounded to `dtype`: [size]. It takes the place of the sum,
        which is used up."""
        device = self._pieces[0].device
        total = torch.empty(self._size, dtype=dtype, device=device)
        first = 0
        while self._pieces:
            piece = self._pieces.pop(0)
            part = slice(first, first + len(piece))
            total[part] = piece if noise is None else piece.add_(noise[part])
            first = part.stop
        return total
