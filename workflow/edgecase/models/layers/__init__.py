"""Layers that networks are made of: explicit random streams, fast layouts, sent statistics."""

from edgecase.models.layers.average_pooling import AveragePool
from edgecase.models.layers.convolution import Convolution3x3
from edgecase.models.layers.dropout import Dropout
from edgecase.models.layers.hidden_state import HiddenState
from edgecase.models.layers.initial import initialise_default, scaled
from edgecase.models.layers.normalisation import BatchNorm2d
from edgecase.models.layers.pooling import MaxPool2d
from edgecase.models.layers.two_convolutions import two_convolutions

__all__ = [
    "AveragePool",
    "BatchNorm2d",
    "Convolution3x3",
    "Dropout",
    "HiddenState",
    "MaxPool2d",
    "initialise_default",
    "scaled",
    "two_convolutions",
]
