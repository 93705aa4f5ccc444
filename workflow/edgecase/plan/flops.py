"""Count the floating-point operations of a model, by torch, on the module itself."""

from dataclasses import dataclass

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode


@dataclass(frozen=True)
class Operations:
    """Floating-point operations for one sample: of a forward pass, and of a forward and a backward
    pass. A multiplication and an addition are two.
    """

    forward: int
    training: int


def operations(module: nn.Module, example: torch.Tensor) -> Operations:
    """Count the convolutions and matrix products of `module` for one input [1, …].

    Everything else (activations, pooling, the optimizer's step) is not counted. The backward pass
    computes no gradient of the input.
    """
    module.eval()  # dropout has no operations to count, and in training it wants a stream
    with FlopCounterMode(display=False) as forward, torch.no_grad():
        module(example)
    with FlopCounterMode(display=False) as training:
        # No loss has an operation to count.
        module(example).sum().backward()
    return Operations(forward.get_total_flops(), training.get_total_flops())
