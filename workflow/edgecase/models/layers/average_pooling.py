"""Average maps of any size to a fixed one, by kernels that add in one order."""

import torch
from torch import nn


class AveragePool(nn.Module):
    """`nn.AdaptiveAvgPool2d(side)`, [B, C, H, W] → [B, C, side, side], as two products of matrices.

    torch's gradient of it adds in an order that changes from run to run on a GPU. Maps that are
    `side` × `side` pass as they are.
    """

    def __init__(self, side: int) -> None:
        super().__init__()
        self.side = side

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.shape[-2:] == (self.side, self.side):
            return x
        rows, columns = (_means(size, self.side, x) for size in x.shape[-2:])
        return rows @ x @ columns.mT


def _means(size: int, side: int, like: torch.Tensor) -> torch.Tensor:
    """[side, size]: row i averages the places from ⌊i·size/side⌋ to below ⌈(i + 1)·size/side⌉."""
    row = torch.arange(side, device=like.device)[:, None]
    place = torch.arange(size, device=like.device)
    inside = (place >= row * size // side) & (place < -(-(row + 1) * size // side))
    return (inside / inside.sum(1, keepdim=True)).to(like.dtype)
