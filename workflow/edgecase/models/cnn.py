"""The convolutional network of pfl-research's CIFAR-10 benchmark."""

import torch
from torch import nn

from edgecase.models.layers import initialise_default
from edgecase.models.two_convolutions import two_convolutions


def cnn(*, num_classes: int, width: float, generator: torch.Generator) -> nn.Module:
    """conv 3×3 32 – conv 3×3 64 – max pool 2 – dropout .25 – FC 128 – dropout .5 – FC.

    Input [B, 3, 32, 32], output [B, num_classes] logits; 1,626,442 parameters at width 1 and ten
    classes. Convolutions are unpadded and both dropouts drop single units. Weights are Glorot
    uniform, biases torch's default (Granqvist et al. 2024, arXiv:2404.06430, appendix D; as
    `simple_cnn` of `benchmarks/model/pytorch/cnn.py` in apple/pfl-research).
    """
    module = two_convolutions(3, 32, num_classes=num_classes, width=width, drop_maps=False)
    initialise_default(module, generator)
    for layer in module:
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.xavier_uniform_(layer.weight, generator=generator)
    return module
