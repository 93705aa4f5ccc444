"""LeNet-5 with ReLU and max pooling: the small network of many benchmarks on CIFAR-10."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgecase.base.lazy import lazy, torch
from edgecase.models.registry import register

if TYPE_CHECKING:
    from torch import nn

    from edgecase.models import layers
else:
    nn, layers = lazy("torch.nn"), lazy("edgecase.models.layers")


@register("lenet5", input=(32, 32, 3))
def lenet5(*, num_classes: int, width: float, generator: torch.Generator) -> nn.Module:
    """conv 5×5 6 – max pool 2 – conv 5×5 16 – max pool 2 – FC 120 – FC 84 – FC, with ReLU.

    Input [B, 3, 32, 32], output [B, num_classes] logits; 62,006 parameters at width 1 and ten
    classes. Convolutions are unpadded (after LeCun et al. 1998, figure 2; in this form the network
    of PyTorch's CIFAR-10 tutorial and of BlazeFL's benchmark).
    """
    first, second, third, fourth = (layers.scaled(count, width) for count in (6, 16, 120, 84))
    module = nn.Sequential(
        nn.Conv2d(3, first, 5),
        nn.ReLU(),
        layers.MaxPool2d(2),
        nn.Conv2d(first, second, 5),
        nn.ReLU(),
        layers.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(second * 5 * 5, third),
        nn.ReLU(),
        nn.Linear(third, fourth),
        nn.ReLU(),
        nn.Linear(fourth, num_classes),
    )
    layers.initialise_default(module, generator)
    return module
