"""The models as one would write them without this project: torch's own layers and dropout.

Their parameters have the names and shapes of those of `edgecase.models`.
"""

from torch import nn


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
    """Two unpadded 3×3 convolutions and two linear layers, with dropout."""
    first, second, hidden = (_scaled(channels, width) for channels in (32, 64, 128))
    return nn.Sequential(
        nn.Conv2d(1, first, kernel_size=3),
        nn.ReLU(),
        nn.Conv2d(first, second, kernel_size=3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Dropout2d(0.25),
        nn.Flatten(),
        nn.Linear(second * 12 * 12, hidden),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(hidden, num_classes),
    )


def _scaled(channels: int, width: float) -> int:
    return max(1, round(channels * width))


PLAIN_MODELS = {"vgg9": vgg9, "lenet": lenet}
