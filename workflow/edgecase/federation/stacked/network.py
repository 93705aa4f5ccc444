"""The forward pass of n copies of a model with different parameters."""

from collections.abc import Sequence

import torch
from torch import nn

from edgecase.federation.flat import FlatModel
from edgecase.federation.stacked.convolutions import LAYOUTS, Layout
from edgecase.models.layers import Dropout

#: how the copies can be computed; "vmap" takes any module, the others those of `takes_layers`.
FORMS = (*LAYOUTS, "vmap")


def takes_layers(module: nn.Module) -> bool:
    """Whether `module` is a chain of the layers that the layouts of `convolutions` know."""
    return isinstance(module, nn.Sequential) and all(map(_known, module))


def forward(
    model: FlatModel,
    form: str,
    parameters: Sequence[torch.Tensor],
    images: torch.Tensor,
    dropout_keys: torch.Tensor,
    positions: torch.Tensor,
) -> torch.Tensor:
    """Logits [n, B, classes] of n members in training.

    `parameters` are the members' ([n, *shape] each, in the module's order), `images`
    [n, B, C, H, W], `dropout_keys` int64 [n, layers], and `positions` int64 [n, B] those of the
    samples in their member's training (see `models.layers.Dropout`).
    """
    if form == "vmap":
        return _mapped(model, parameters, images, dropout_keys, positions)
    return _layered(model, LAYOUTS[form], parameters, images, dropout_keys, positions)


def _mapped(model, parameters, images, dropout_keys, positions) -> torch.Tensor:
    def one(parameters, images, keys, positions) -> torch.Tensor:
        model.begin_dropout(keys.unbind(), positions)
        named = dict(zip(model.names, parameters, strict=True))
        return torch.func.functional_call(model.module, named, (images,))

    # Some CPU kernels refuse the strides of a lone member's convolution.
    packed = tuple(view.contiguous() for view in parameters)
    return torch.func.vmap(one)(packed, images, dropout_keys, positions)


def _layered(model, layout: Layout, parameters, images, dropout_keys, positions) -> torch.Tensor:
    members = len(images)
    remaining, keys = iter(parameters), iter(dropout_keys.unbind(1))
    x, flattened = layout.enter(images), False
    for layer in model.module:
        match layer:
            case nn.Conv2d():
                x = layout.convolve(x, next(remaining), next(remaining), layer)
            case nn.Linear():
                weight, bias = next(remaining), next(remaining)
                x = torch.baddbmm(bias[:, None], x, weight.transpose(1, 2))
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
        case nn.ReLU() | nn.MaxPool2d() | Dropout():
            return True
    return False
