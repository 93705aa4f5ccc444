"""The forward pass of n copies of a model with different parameters."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn

from edgecase.federation.flat import FlatModel
from edgecase.federation.stacked.convolutions import LAYOUTS, Layout
from edgecase.models.layers import BatchNorm2d, Dropout

#: how the copies can be computed; `refused` says what each cannot take.
FORMS = (*LAYOUTS, "vmap")


def refused(module: nn.Module, form: str) -> str | None:
    """Why `form` cannot compute copies of `module`, in words; None if it can."""
    if form in LAYOUTS:
        if isinstance(module, nn.Sequential) and all(map(_known, module)):
            return None
        return (
            "takes only a chain of convolutions, linear layers, ReLU, max pooling, batch "
            "normalisation, dropout and flatten"
        )
    for layer in module.modules():
        if isinstance(layer, nn.RNNBase):
            return f"takes no {type(layer).__name__} of torch, which vmap cannot batch"
        if isinstance(layer, nn.GroupNorm):
            return "takes no GroupNorm of torch, which vmap batches in one layout of images alone"
        if dict(layer.named_buffers(recurse=False)) and not isinstance(layer, BatchNorm2d):
            return (
                f"takes no {type(layer).__name__}, whose buffers would count padded samples; "
                "models.layers.BatchNorm2d does not"
            )
    return None


@dataclass(frozen=True)
class Members:
    """What n members bring to a forward pass in training.

    `parameters` and `buffers` are theirs, [n, *shape] each in the module's order; the pass changes
    the buffers in place. `dropout_keys` are int64 [n, layers], `positions` int64 [n, B] those of
    the samples in their member's training (see `models.layers.Dropout`), and `weights` [n, B] what
    each sample counts.
    """

    parameters: Sequence[torch.Tensor]
    buffers: Sequence[torch.Tensor]
    dropout_keys: torch.Tensor
    positions: torch.Tensor
    weights: torch.Tensor


def forward(model: FlatModel, form: str, members: Members, inputs: torch.Tensor) -> torch.Tensor:
    """Outputs [n, B, …] of n members in training for their `inputs` [n, B, …]."""
    if form == "vmap":
        return _mapped(model, members, inputs)
    return _layered(model, LAYOUTS[form], members, inputs)


def _mapped(model: FlatModel, members: Members, inputs: torch.Tensor) -> torch.Tensor:
    def one(parameters, buffers, inputs, keys, positions, weights) -> torch.Tensor:
        model.begin_dropout(keys.unbind(), positions)
        model.begin_normalisation(weights)
        named = dict(zip(model.names, parameters, strict=True))
        named |= dict(zip(model.buffer_names, buffers, strict=True))
        return torch.func.functional_call(model.module, named, (inputs,))

    # Some CPU kernels refuse the strides of a lone member's convolution.
    packed = tuple(view.contiguous() for view in members.parameters)
    return torch.func.vmap(one)(
        *(packed, tuple(members.buffers), inputs),
        *(members.dropout_keys, members.positions, members.weights),
    )


def _layered(
    model: FlatModel, layout: Layout, stacked: Members, images: torch.Tensor
) -> torch.Tensor:
    members, positions = len(images), stacked.positions
    remaining, buffers = iter(stacked.parameters), iter(stacked.buffers)
    keys = iter(stacked.dropout_keys.unbind(1))
    x, flattened = layout.enter(images), False
    for layer in model.module.children():
        match layer:
            case nn.Conv2d():
                x = layout.convolve(x, next(remaining), next(remaining), layer)
            case nn.Linear():
                weight, bias = next(remaining), next(remaining)
                x = torch.baddbmm(bias[:, None], x, weight.transpose(1, 2))
            case BatchNorm2d():
                own = next(remaining), next(remaining), next(buffers), next(buffers)
                apart = layer.normalise(layout.leave(x, members), *own, stacked.weights)
                x = layout.enter(apart)
            case nn.Flatten():
                x, flattened = layout.leave(x, members).flatten(2), True
            case Dropout():
                apart = x if flattened else layout.leave(x, members)
                apart = layer.drop(apart, next(keys)[:, None, None], positions)
                x = apart if flattened else layout.enter(apart)
            case _:
                x = layer(x)
    return x


def _known(layer: nn.Module) -> bool:
    match layer:
        case nn.Conv2d():
            return (
                layer.groups == 1
                and layer.dilation == (1, 1)
                and layer.padding_mode == "zeros"
                and not isinstance(layer.padding, str)
                and layer.bias is not None
            )
        case nn.Linear():
            return layer.bias is not None
        case nn.Flatten():
            return (layer.start_dim, layer.end_dim) == (1, -1)
        case nn.ReLU() | nn.MaxPool2d() | Dropout() | BatchNorm2d():
            return True
    return False
