"""Max pooling that keeps the memory layout of its gradient."""

import torch
from torch import nn


class MaxPool2d(nn.MaxPool2d):
    """`nn.MaxPool2d` whose gradient has the memory layout of its output.

    Behind `nn.Flatten` a gradient comes back with its channels apart, whatever the layout of the
    maps, and from it the backward pass of channels-last maps takes longer. The numbers are equal.
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        pooled = super().forward(x)
        # The stride, since vmap knows no other question about layouts.
        if pooled.requires_grad and pooled.dim() == 4 and pooled.stride(1) == 1:
            pooled.register_hook(_channels_last)
        return pooled


def _channels_last(gradient: torch.Tensor) -> torch.Tensor:
    return gradient.contiguous(memory_format=torch.channels_last)
