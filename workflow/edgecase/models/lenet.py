"""The "LeNet" of the EMNIST/ARDIS task: two unpadded convolutions and two linear layers."""

import torch
from torch import nn

from edgecase.models.layers import Dropout, initialise_default, scaled


def lenet(*, num_classes: int, width: float, generator: torch.Generator) -> nn.Module:
    """conv 3×3 32 – conv 3×3 64 – max pool 2 – dropout2d .25 – FC 128 – dropout .5 – FC.

    Input [B, 1, 28, 28], output [B, num_classes] logits. At width 1 and ten classes it has
    1,199,882 parameters (PAPER: Wang et al. 2020, §4; architecture as in the authors' code).
    """
    first, second, hidden = (scaled(channels, width) for channels in (32, 64, 128))
    module = nn.Sequential(
        nn.Conv2d(1, first, 3),
        nn.ReLU(),
        nn.Conv2d(first, second, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        Dropout(0.25, per_channel=True),
        nn.Flatten(),
        nn.Linear(second * 12 * 12, hidden),
        nn.ReLU(),
        Dropout(0.5),
        nn.Linear(hidden, num_classes),
    )
    initialise_default(module, generator)
    return module
