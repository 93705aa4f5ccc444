"""Count the floating-point operations of a model, by torch, on the module itself."""

from dataclasses import dataclass

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from edgecase.models.layers.tied import WordScores


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
    computes no gradient of the input. torch counts nothing of an LSTM, whose products are counted
    here: of each step's input and state with the weights of four gates, and twice as many
    backward.
    """
    module.eval()  # dropout has no operations to count, and in training it wants a stream
    recurrent: list[int] = []

    def count(layer: nn.LSTM, inputs: tuple[torch.Tensor, ...], outputs: object) -> None:
        weights = sum(weight.numel() for weight in layer.parameters() if weight.ndim == 2)
        recurrent.append(2 * weights * inputs[0].shape[0] * inputs[0].shape[1])

    hooks = [
        layer.register_forward_hook(count)
        for layer in module.modules()
        if isinstance(layer, nn.LSTM)
    ]
    with FlopCounterMode(display=False) as forward, torch.no_grad():
        _all_outputs(module, example)
    for hook in hooks:
        hook.remove()
    with FlopCounterMode(display=False) as training:
        # No loss has an operation to count.
        _all_outputs(module, example).sum().backward()
    own = sum(recurrent)
    return Operations(forward.get_total_flops() + own, training.get_total_flops() + 3 * own)


def _all_outputs(module: nn.Module, example: torch.Tensor) -> torch.Tensor:
    outputs = module(example)
    return outputs.all() if isinstance(outputs, WordScores) else outputs
