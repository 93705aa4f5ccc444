"""VGG-9, 11, 13 and 16 for 32×32 colour images, with biases and without batch normalisation."""

import math

import torch
from torch import nn

from edgecase.models.convolution import Convolution3x3
from edgecase.models.layers import Dropout, initialise_default, scaled

# Simonyan and Zisserman (2015), table 1: channels of each convolution, M for max pooling.
_STACK_A = (64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M")
_STACK_B = (64, 64, "M", 128, 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M")
_STACK_D = (
    *(64, 64, "M", 128, 128, "M", 256, 256, 256, "M"),
    *(512, 512, 512, "M", 512, 512, 512, "M"),
)


def vgg9(*, num_classes: int, width: float, generator: torch.Generator) -> nn.Module:
    """Convolution stack A and one linear layer; torch's default initial weights.

    Input [B, 3, 32, 32], output [B, num_classes] logits; 9,225,610 parameters at width 1.
    """
    layers, channels = _convolutions(_STACK_A, width)
    module = nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels, num_classes))
    initialise_default(module, generator)
    return module


def vgg11(*, num_classes: int, width: float, generator: torch.Generator) -> nn.Module:
    """Convolution stack A with a classifier of three linear layers."""
    return _with_classifier(_STACK_A, num_classes, width, generator)


def vgg13(*, num_classes: int, width: float, generator: torch.Generator) -> nn.Module:
    """Convolution stack B with a classifier of three linear layers."""
    return _with_classifier(_STACK_B, num_classes, width, generator)


def vgg16(*, num_classes: int, width: float, generator: torch.Generator) -> nn.Module:
    """Convolution stack D with a classifier of three linear layers."""
    return _with_classifier(_STACK_D, num_classes, width, generator)


def _with_classifier(
    stack: tuple, num_classes: int, width: float, generator: torch.Generator
) -> nn.Module:
    layers, channels = _convolutions(stack, width)
    hidden = scaled(512, width)
    module = nn.Sequential(
        *layers,
        nn.Flatten(),
        Dropout(0.5),
        nn.Linear(channels, hidden),
        nn.ReLU(),
        Dropout(0.5),
        nn.Linear(hidden, hidden),
        nn.ReLU(),
        nn.Linear(hidden, num_classes),
    )
    initialise_default(module, generator)
    for layer in module:
        if isinstance(layer, nn.Conv2d):
            deviation = math.sqrt(2 / (9 * layer.out_channels))
            nn.init.normal_(layer.weight, 0.0, deviation, generator=generator)
            nn.init.zeros_(layer.bias)
    return module


def _convolutions(stack: tuple, width: float) -> tuple[list[nn.Module], int]:
    layers: list[nn.Module] = []
    channels = 3
    for entry in stack:
        if entry == "M":
            layers.append(nn.MaxPool2d(2))
            continue
        layers += [Convolution3x3(channels, scaled(entry, width)), nn.ReLU()]
        channels = scaled(entry, width)
    return layers, channels
