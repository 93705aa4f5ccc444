"""VGG-9, 11, 13 and 16 for 32×32 colour images, with biases and without batch normalisation."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from edgecase.base.lazy import lazy, torch
from edgecase.models.registry import register

if TYPE_CHECKING:
    from torch import nn

    from edgecase.models import layers
else:
    nn, layers = lazy("torch.nn"), lazy("edgecase.models.layers")

_IMAGE = (32, 32, 3)

# Simonyan and Zisserman (2015), table 1: channels of each convolution, M for max pooling.
_STACK_A = (64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M")
_STACK_B = (64, 64, "M", 128, 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M")
_STACK_D = (
    *(64, 64, "M", 128, 128, "M", 256, 256, 256, "M"),
    *(512, 512, 512, "M", 512, 512, 512, "M"),
)


@register("vgg9", input=_IMAGE, forward_megaflops=306, megaparameters=9.3)
def vgg9(*, num_classes: int, width: float, generator: torch.Generator) -> nn.Module:
    """Convolution stack A and one linear layer; torch's default initial weights.

    Input [B, 3, 32, 32], output [B, num_classes] logits; 9,225,610 parameters at width 1.
    """
    convolutions, channels = _convolutions(_STACK_A, width)
    module = nn.Sequential(*convolutions, nn.Flatten(), nn.Linear(channels, num_classes))
    layers.initialise_default(module, generator)
    return module


@register("vgg11", input=_IMAGE, forward_megaflops=307, megaparameters=9.8)
def vgg11(*, num_classes: int, width: float, generator: torch.Generator) -> nn.Module:
    """Convolution stack A with a classifier of three linear layers."""
    return _with_classifier(_STACK_A, num_classes, width, generator)


@register("vgg13", input=_IMAGE, forward_megaflops=458, megaparameters=10.0)
def vgg13(*, num_classes: int, width: float, generator: torch.Generator) -> nn.Module:
    """Convolution stack B with a classifier of three linear layers."""
    return _with_classifier(_STACK_B, num_classes, width, generator)


@register("vgg16", input=_IMAGE, forward_megaflops=628, megaparameters=15.3)
def vgg16(*, num_classes: int, width: float, generator: torch.Generator) -> nn.Module:
    """Convolution stack D with a classifier of three linear layers."""
    return _with_classifier(_STACK_D, num_classes, width, generator)


def _with_classifier(
    stack: tuple, num_classes: int, width: float, generator: torch.Generator
) -> nn.Module:
    convolutions, channels = _convolutions(stack, width)
    hidden = layers.scaled(512, width)
    module = nn.Sequential(
        *convolutions,
        nn.Flatten(),
        layers.Dropout(0.5),
        nn.Linear(channels, hidden),
        nn.ReLU(),
        layers.Dropout(0.5),
        nn.Linear(hidden, hidden),
        nn.ReLU(),
        nn.Linear(hidden, num_classes),
    )
    layers.initialise_default(module, generator)
    for layer in module:
        if isinstance(layer, nn.Conv2d):
            deviation = math.sqrt(2 / (9 * layer.out_channels))
            nn.init.normal_(layer.weight, 0.0, deviation, generator=generator)
            assert layer.bias is not None
            nn.init.zeros_(layer.bias)
    return module


def _convolutions(stack: tuple, width: float) -> tuple[list[nn.Module], int]:
    found: list[nn.Module] = []
    channels = 3
    for entry in stack:
        if entry == "M":
            found.append(nn.MaxPool2d(2))
            continue
        found += [layers.Convolution3x3(channels, layers.scaled(entry, width)), nn.ReLU()]
        channels = layers.scaled(entry, width)
    return found, channels
