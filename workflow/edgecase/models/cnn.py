"""The convolutional network of pfl-research's CIFAR-10 benchmark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgecase.base.lazy import lazy, torch
from edgecase.models.registry import register

if TYPE_CHECKING:
    from torch import nn

    from edgecase.models import layers
else:
    nn, layers = lazy("torch.nn"), lazy("edgecase.models.layers")


@register("cnn", input=(32, 32, 3))
def cnn(*, num_classes: int, width: float, generator: torch.Generator) -> nn.Module:
    """conv 3×3 32 – conv 3×3 64 – max pool 2 – dropout .25 – FC 128 – dropout .5 – FC.

    Input [B, 3, 32, 32], output [B, num_classes] logits; 1,626,442 parameters at width 1 and ten
    classes. Convolutions are unpadded and both dropouts drop single units. Weights are Glorot
    uniform, biases torch's default (Granqvist et al. 2024, arXiv:2404.06430, appendix D; as
    `simple_cnn` of `benchmarks/model/pytorch/cnn.py` in apple/pfl-research).
    """
    module = layers.two_convolutions(3, 32, num_classes=num_classes, width=width, drop_maps=False)
    layers.initialise_default(module, generator)
    for layer in module:
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.xavier_uniform_(layer.weight, generator=generator)
    return module
