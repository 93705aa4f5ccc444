"""A 3×3 convolution that is fast on a CPU where maps are tiny and weights are many."""

import torch
from torch import nn
from torch.nn import functional

#: up to how many pixels of a map, and from how many weights on, patches times weights are faster.
_MOST_PIXELS = 4
_FEWEST_WEIGHTS = 2**20


class Convolution3x3(nn.Conv2d):
    """`nn.Conv2d` with a 3×3 kernel, stride 1 and padding 1: [B, I, H, W] → [B, O, H, W].

    On a CPU, the gradient of many weights over maps of few pixels takes the convolution's kernel
    1.6 times (fp32) to 3 times (bf16) as long as a product of matrices. There this layer is one
    product of the patches [B·H·W, 9·I] with the weights; its sums have another order.
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels, kernel_size=3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        pixels = x.shape[-2] * x.shape[-1]
        if x.device.type != "cpu" or pixels > _MOST_PIXELS or self.weight.numel() < _FEWEST_WEIGHTS:
            return super().forward(x)
        # Channels last, as the flat vector of a model holds the weights.
        weight = self.weight.permute(0, 2, 3, 1).flatten(1)
        return functional.linear(_patches(x.movedim(-3, -1)), weight, self.bias).movedim(-1, -3)


def _patches(x: torch.Tensor) -> torch.Tensor:
    """The 3×3 neighbourhood of each pixel of [B, H, W, C], zeros outside: [B, H, W, 9·C]."""
    height, width = x.shape[1:3]
    padded = functional.pad(x, (0, 0, 1, 1, 1, 1))
    shifts = [(row, column) for row in range(3) for column in range(3)]
    return torch.cat([padded[:, i : i + height, j : j + width] for i, j in shifts], dim=-1)
