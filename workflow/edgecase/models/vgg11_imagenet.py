"""VGG-11 for photographs of any size, with the weights' names of torchvision's model."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from edgecase.base.lazy import lazy, torch
from edgecase.models.registry import register

if TYPE_CHECKING:
    from torch import nn

    from edgecase.models import layers
else:
    nn, layers = lazy("torch.nn"), lazy("edgecase.models.layers")

# Simonyan and Zisserman (2015), table 1, column A: channels of each convolution, M for max pooling.
_STACK = (64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M")
#: pixels of a side that the classifier sees, whatever the size of the photograph.
_SIDE = 7
_HIDDEN = 4096


@register(
    "vgg11-imagenet",
    input=(224, 224, 3),
    smallest=32,
    forward_megaflops=15_200,
    megaparameters=133,
)
def vgg11_imagenet(*, num_classes: int, width: float, generator: torch.Generator) -> nn.Module:
    """`torchvision.models.vgg11`: stack A, average pooling to 7 × 7, three linear layers, dropout
    of one half before the last two.

    Input [B, 3, H, W] with H and W from 32, output [B, num_classes] logits; 132,863,336 parameters
    at width 1 and 1000 classes. `features.0.weight` and the other names are torchvision's, so that
    its published weights fit. Initial weights are normal with the variance of He et al. (2015),
    of a convolution's outputs (as torchvision's) and of a linear layer's inputs, where torchvision
    has a deviation of 0.01, with which a narrow model's outputs vanish; biases are zero.
    """
    features, channels = [], 3
    for entry in _STACK:
        if entry == "M":
            features.append(nn.MaxPool2d(2))
            continue
        features += [nn.Conv2d(channels, layers.scaled(entry, width), 3, padding=1), nn.ReLU()]
        channels = layers.scaled(entry, width)
    hidden = layers.scaled(_HIDDEN, width)
    classifier = nn.Sequential(
        nn.Linear(channels * _SIDE**2, hidden),
        nn.ReLU(),
        layers.Dropout(0.5),
        nn.Linear(hidden, hidden),
        nn.ReLU(),
        layers.Dropout(0.5),
        nn.Linear(hidden, num_classes),
    )
    module = nn.Sequential()
    module.add_module("features", nn.Sequential(*features))
    module.add_module("avgpool", layers.AveragePool(_SIDE))
    module.add_module("flatten", nn.Flatten())
    module.add_module("classifier", classifier)
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            fan = 9 * layer.out_channels if isinstance(layer, nn.Conv2d) else layer.in_features
            nn.init.normal_(layer.weight, 0.0, math.sqrt(2 / fan), generator=generator)
            assert layer.bias is not None
            nn.init.zeros_(layer.bias)
    return module
