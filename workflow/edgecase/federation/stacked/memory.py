"""How much memory a member of a batch takes, so that a batch is made no larger than what fits."""

import torch
from torch import nn

from edgecase.federation.flat import FlatModel
from edgecase.models.layers import BatchNorm2d

#: parameters, velocity, gradient, the result, and what a step copies of them.
_PARAMETER_COPIES = 7
#: an activation, its gradient, and a lower-precision or re-ordered copy of either.
_ACTIVATION_COPIES = 4


def bytes_per_member(model: FlatModel, form: str, example: torch.Tensor, batch_size: int) -> int:
    """Bytes on the device for one client with batches of `batch_size`; an upper estimate.

    `example` is one input [1, …] of the model.

    Counts what training keeps at its peak: vectors of the model's size, and the output of every
    layer, to which `unfold` adds the patches of every convolution.
    """
    sizes: list[int] = []

    def record(layer: nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        sizes.append(output.numel())
        if form == "unfold" and isinstance(layer, nn.Conv2d):
            patch = layer.in_channels * layer.kernel_size[0] * layer.kernel_size[1]
            sizes.append(patch * output.shape[2] * output.shape[3])
        if isinstance(layer, BatchNorm2d):
            sizes.append(2 * output.numel())  # centred, and its square

    leaves = [layer for layer in model.module.modules() if not list(layer.children())]
    hooks = [layer.register_forward_hook(record) for layer in leaves]
    was_training = model.module.training
    try:
        model.module.eval()
        with torch.no_grad():
            model.module(example)
    finally:
        model.module.train(was_training)
        for hook in hooks:
            hook.remove()
    activations = batch_size * (example.numel() + sum(sizes))
    numbers = _PARAMETER_COPIES * model.parameters.numel() + _ACTIVATION_COPIES * activations
    return numbers * model.parameters.element_size()
