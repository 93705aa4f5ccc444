"""Two ways to convolve n batches of images with n sets of weights at once.

Both hold the activations of all members in one tensor [., ., H, W], so that layers without
parameters (ReLU, pooling) apply to it as they are.
"""

from typing import Protocol

import torch
from torch import nn
from torch.nn import functional


class Layout(Protocol):
    """How activations [n, B, C, H, W] lie in one four-dimensional tensor between layers."""

    def enter(self, images: torch.Tensor) -> torch.Tensor:
        """From [n, B, C, H, W]."""

    def leave(self, x: torch.Tensor, members: int) -> torch.Tensor:
        """To [n, B, C, H, W]."""

    def convolve(
        self, x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, layer: nn.Conv2d
    ) -> torch.Tensor:
        """`layer` with the members' `weight` [n, O, I, kH, kW] and `bias` [n, O]."""


class Grouped:
    """[B, n·C, H, W]: one convolution with n groups, as `torch.func.vmap` would lower it."""

    def enter(self, images: torch.Tensor) -> torch.Tensor:
        return images.transpose(0, 1).flatten(1, 2)

    def leave(self, x: torch.Tensor, members: int) -> torch.Tensor:
        return x.unflatten(1, (members, -1)).transpose(0, 1)

    def convolve(
        self, x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, layer: nn.Conv2d
    ) -> torch.Tensor:
        return functional.conv2d(
            x,
            # A lone weight keeps its strides, which some CPU kernels refuse.
            weight.flatten(0, 1).contiguous(),
            bias.flatten(),
            stride=layer.stride,
            padding=layer.padding,
            groups=len(weight),
        )


class Unfolded:
    """[n·C, B, H, W]: patches as columns, then one batched matrix product per layer."""

    def enter(self, images: torch.Tensor) -> torch.Tensor:
        return images.transpose(1, 2).flatten(0, 1)

    def leave(self, x: torch.Tensor, members: int) -> torch.Tensor:
        return x.unflatten(0, (members, -1)).transpose(1, 2)

    def convolve(
        self, x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, layer: nn.Conv2d
    ) -> torch.Tensor:
        assert not isinstance(layer.padding, str)
        members, channels = weight.shape[0], weight.shape[2]
        batch = x.shape[1]
        height, width = (
            (size + 2 * padding - kernel) // stride + 1
            for size, padding, kernel, stride in zip(
                x.shape[2:], layer.padding, layer.kernel_size, layer.stride, strict=True
            )
        )
        patches = functional.unfold(
            x.unflatten(0, (members, channels)).flatten(1, 2),
            layer.kernel_size,
            padding=layer.padding,
            stride=layer.stride,
        )
        # [n, C·B·k, L] → [n, C·k, B·L]: the images of a member lie side by side.
        columns = patches.unflatten(1, (channels, batch, -1)).transpose(2, 3)
        columns = columns.reshape(members, -1, batch * height * width)
        product = torch.baddbmm(bias[:, :, None], weight.flatten(2), columns)
        return product.unflatten(2, (batch, height, width)).flatten(0, 1)


LAYOUTS: dict[str, Layout] = {"grouped": Grouped(), "unfold": Unfolded()}
