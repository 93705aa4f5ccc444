"""Initial weights from an explicit generator, and the widths of layers."""

import math

import torch
from torch import nn


def initialise_default(module: nn.Module, generator: torch.Generator) -> None:
    """torch's default initial weights of `Conv2d` and `Linear`, drawn from `generator`.

    Weight and bias, if there is one, are uniform on ±1/√fan_in (He et al. 2015 with a = √5, as in
    `torch.nn`).
    """
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            bound = 1 / math.sqrt(layer.weight[0].numel())
            nn.init.uniform_(layer.weight, -bound, bound, generator=generator)
            if layer.bias is not None:
                nn.init.uniform_(layer.bias, -bound, bound, generator=generator)


def initialise_lstm(layer: nn.LSTM, generator: torch.Generator) -> None:
    """torch's default initial weights of an LSTM layer: uniform on ±1/√size."""
    bound = 1 / math.sqrt(layer.hidden_size)
    for parameter in layer.parameters():
        nn.init.uniform_(parameter, -bound, bound, generator=generator)


def scaled(channels: int, width: float) -> int:
    """`channels` times `width`, at least one."""
    return max(1, round(channels * width))
