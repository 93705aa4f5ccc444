"""Count the floating-point operations of a model, by torch, on the module itself."""

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode


@dataclass(frozen=True)
class Operations:
    """Floating-point operations for one sample: of a forward pass, and of a forward and a backward
    pass. A multiplication and an addition are two.
    """

    forward: int
    training: int


def operations(module: nn.Module, shape: tuple[int, int, int]) -> Operations:
    """Count the convolutions and matrix products of `module` for one image of `shape` (H, W, C).

    Everything else (activations, pooling, the optimizer's step) is not counted. The backward pass
    computes no gradient of the image.
    """
    height, width, channels = shape
    weight = next(module.parameters())
    image = torch.zeros(1, channels, height, width, dtype=weight.dtype, device=weight.device)
    module.eval()  # dropout has no operations to count, and in training it wants a stream
    with FlopCounterMode(display=False) as forward, torch.no_grad():
        module(image)
    with FlopCounterMode(display=False) as training:
        label = torch.zeros(1, dtype=torch.int64, device=image.device)
        functional.cross_entropy(module(image), label).backward()
    return Operations(forward.get_total_flops(), training.get_total_flops())
