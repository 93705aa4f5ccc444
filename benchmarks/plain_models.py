"""The models as one would write them without this project: torch's own layers and dropout.

Their parameters have the names and shapes of those of `edgecase.models`.
"""

from torch import nn

from edgecase import models
from edgecase.base.errors import ConfigError
from edgecase.datasets import DATASETS
from edgecase.federation.parameters import CellParameters


def vgg9(num_classes: int = 10, width: float = 1.0) -> nn.Module:
    """VGG-9: eight 3×3 convolutions, five of them followed by max pooling, and a linear layer."""
    layers: list[nn.Module] = []
    channels = 3
    for entry in (64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"):
        if entry == "M":
            layers.append(nn.MaxPool2d(2))
        else:
            out = _scaled(entry, width)
            layers += [nn.Conv2d(channels, out, kernel_size=3, padding=1), nn.ReLU()]
            channels = out
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels, num_classes))


def lenet(num_classes: int = 10, width: float = 1.0) -> nn.Module:
    """Two unpadded 3×3 convolutions and two linear layers; dropout takes whole maps at first."""
    return _two_convolutions(1, 12, nn.Dropout2d(0.25), num_classes, width)


def cnn(num_classes: int = 10, width: float = 1.0) -> nn.Module:
    """The same for colour images, with dropout of single units."""
    return _two_convolutions(3, 14, nn.Dropout(0.25), num_classes, width)


def lenet5(num_classes: int = 10, width: float = 1.0) -> nn.Module:
    """Two unpadded 5×5 convolutions, each with max pooling, and three linear layers."""
    first, second, third, fourth = (_scaled(count, width) for count in (6, 16, 120, 84))
    return nn.Sequential(
        nn.Conv2d(3, first, kernel_size=5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(first, second, kernel_size=5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(second * 25, third),
        nn.ReLU(),
        nn.Linear(third, fourth),
        nn.ReLU(),
        nn.Linear(fourth, num_classes),
    )


def _two_convolutions(
    channels: int, pooled: int, dropout: nn.Module, num_classes: int, width: float
) -> nn.Module:
    first, second, hidden = (_scaled(count, width) for count in (32, 64, 128))
    return nn.Sequential(
        nn.Conv2d(channels, first, kernel_size=3),
        nn.ReLU(),
        nn.Conv2d(first, second, kernel_size=3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        dropout,
        nn.Flatten(),
        nn.Linear(second * pooled**2, hidden),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(hidden, num_classes),
    )


def _scaled(channels: int, width: float) -> int:
    return max(1, round(channels * width))


PLAIN_MODELS = {"vgg9": vgg9, "lenet": lenet, "cnn": cnn, "lenet5": lenet5}


def starting_model(parameters: CellParameters, who: str) -> nn.Module:
    """The plain model of a cell's `parameters` with the weights that `edgecase.models` starts from.

    Raises `ConfigError`, in the name of `who`, for a model that is not in `PLAIN_MODELS`.
    """
    name, width = parameters.model.name, parameters.model.width
    if name not in PLAIN_MODELS:
        raise ConfigError(f"{who}: has no model '{name}'; allowed: {', '.join(PLAIN_MODELS)}")
    num_classes = DATASETS[parameters.dataset].num_classes
    module = PLAIN_MODELS[name](num_classes, width)
    module.load_state_dict(models.build(name, num_classes=num_classes, width=width).state_dict())
    return module
