"""A residual network of basic blocks for small images (He et al. 2016, section 4.2)."""

import math
from collections.abc import Callable

import torch
from torch import nn

from edgecase.models.layers.initial import scaled
from edgecase.models.layers.normalisation import BatchNorm2d

#: groups of group normalisation, where they divide the channels (Wu and He 2018).
_GROUPS = 32

Normalisation = Callable[[int], nn.Module]


def by_batch(channels: int) -> nn.Module:
    """Batch normalisation."""
    return BatchNorm2d(channels)


def by_group(channels: int) -> nn.Module:
    """Group normalisation, which has no running statistics."""
    return nn.GroupNorm(math.gcd(_GROUPS, channels), channels)


class BasicBlock(nn.Module):
    """x ↦ ReLU(F(x) + S(x)): F two 3×3 convolutions, S x itself or, of another shape, 1×1."""

    def __init__(self, inputs: int, outputs: int, stride: int, normalise: Normalisation) -> None:
        super().__init__()
        self.stride = stride
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
        self.norm1 = normalise(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = normalise(outputs)
        self.shortcut = nn.Sequential()
        if stride != 1 or inputs != outputs:
            resized = nn.Conv2d(inputs, outputs, 1, bias=False)
            self.shortcut = nn.Sequential(resized, normalise(outputs))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        inner = torch.relu(self.norm1(self.conv1(x)))
        # What a 1×1 convolution with a stride sees; torch 2.13's gradient of one with few channels
        # ends the process on some CPUs.
        seen = x if self.stride == 1 else x[..., :: self.stride, :: self.stride]
        return torch.relu(self.norm2(self.conv2(inner)) + self.shortcut(seen))


class ResNet(nn.Module):
    """3×3 convolution – four stages of `blocks` basic blocks – mean over the pixels – linear.

    Takes [B, 3, H, W]; stage s has 64 · 2^s channels times `width`, and halves the maps but for the
    first.
    """

    def __init__(
        self, blocks: tuple[int, ...], num_classes: int, width: float, normalise: Normalisation
    ) -> None:
        super().__init__()
        channels = scaled(64, width)
        self.conv1 = nn.Conv2d(3, channels, 3, padding=1, bias=False)
        self.norm1 = normalise(channels)
        stages = []
        for stage, count in enumerate(blocks):
            outputs = scaled(64 * 2**stage, width)
            for block in range(count):
                stride = 2 if stage and not block else 1
                stages.append(BasicBlock(channels, outputs, stride, normalise))
                channels = outputs
        self.stages = nn.Sequential(*stages)
        self.linear = nn.Linear(channels, num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        maps = self.stages(torch.relu(self.norm1(self.conv1(x))))
        return self.linear(maps.mean((-1, -2)))
