"""The "LeNet" of the EMNIST/ARDIS task: two unpadded convolutions and two linear layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgecase.base.lazy import lazy, torch
from edgecase.models.registry import register

if TYPE_CHECKING:
    from torch import nn

    from edgecase.models import layers
else:
    layers = lazy("edgecase.models.layers")


@register("lenet", input=(28, 28, 1), forward_megaflops=24, megaparameters=1.3)
def lenet(*, num_classes: int, width: float, generator: torch.Generator) -> nn.Module:
    """conv 3×3 32 – conv 3×3 64 – max pool 2 – dropout2d .25 – FC 128 – dropout .5 – FC.

    Input [B, 1, 28, 28], output [B, num_classes] logits. At width 1 and ten classes it has
    1,199,882 parameters (PAPER: Wang et al. 2020, §4; architecture as in the authors' code).
    """
    module = layers.two_convolutions(1, 28, num_classes=num_classes, width=width, drop_maps=True)
    layers.initialise_default(module, generator)
    return module
