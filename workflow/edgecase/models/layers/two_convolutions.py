"""The chain that LeNet of the digits and the CNN of pfl-research's benchmark share."""

from torch import nn

from edgecase.models.layers.dropout import Dropout
from edgecase.models.layers.initial import scaled
from edgecase.models.layers.pooling import MaxPool2d


def two_convolutions(
    channels: int, side: int, *, num_classes: int, width: float, drop_maps: bool
) -> nn.Sequential:
    """conv 3×3 32 – conv 3×3 64 – max pool 2 – dropout .25 – FC 128 – dropout .5 – FC.

    For images of `side` × `side` pixels; convolutions are unpadded. The first dropout drops whole
    feature maps (`drop_maps`) or single units. The initial weights are the caller's to draw.
    """
    first, second, hidden = (scaled(count, width) for count in (32, 64, 128))
    return nn.Sequential(
        nn.Conv2d(channels, first, 3),
        nn.ReLU(),
        nn.Conv2d(first, second, 3),
        nn.ReLU(),
        MaxPool2d(2),
        Dropout(0.25, per_channel=drop_maps),
        nn.Flatten(),
        nn.Linear(second * ((side - 4) // 2) ** 2, hidden),
        nn.ReLU(),
        Dropout(0.5),
        nn.Linear(hidden, num_classes),
    )
