"""ResNet-18 for 32×32 colour images, with batch or with group normalisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgecase.base.lazy import lazy, torch
from edgecase.models.registry import register

if TYPE_CHECKING:
    from torch import nn

    from edgecase.models import layers
    from edgecase.models.layers import residual
else:
    layers, residual = lazy("edgecase.models.layers"), lazy("edgecase.models.layers.residual")

_IMAGE = (32, 32, 3)
_BLOCKS = (2, 2, 2, 2)


@register("resnet18", input=_IMAGE, forward_megaflops=1112, megaparameters=11.2, statistics=True)
def resnet18(*, num_classes: int, width: float, generator: torch.Generator) -> nn.Module:
    """The CIFAR form of ResNet-18 (He et al. 2016): a 3×3 convolution first, no pooling behind it.

    Input [B, 3, 32, 32], output [B, num_classes] logits; 11,173,962 parameters at width 1 and ten
    classes, and 9,600 running statistics. Initial weights are torch's default. Most published
    defenses against backdoors are measured on it.
    """
    module = residual.ResNet(_BLOCKS, num_classes, width, residual.by_batch)
    layers.initialise_default(module, generator)
    return module


@register("resnet18-group", input=_IMAGE, forward_megaflops=1112, megaparameters=11.2)
def resnet18_group(*, num_classes: int, width: float, generator: torch.Generator) -> nn.Module:
    """`resnet18` with group normalisation (Wu and He 2018) and so without running statistics.

    A layer has 32 groups, or as many as divide both 32 and its channels.
    """
    module = residual.ResNet(_BLOCKS, num_classes, width, residual.by_group)
    layers.initialise_default(module, generator)
    return module
