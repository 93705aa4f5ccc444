"""The models, by name. Importing this package does not import torch."""

import importlib
from typing import TYPE_CHECKING

from edgecase.base.errors import ConfigError

if TYPE_CHECKING:
    import torch
    from torch import nn

#: name → "module:builder". A new model is one file and a line in each of these two tables; a
#: builder takes the keyword arguments `num_classes`, `width` and `generator` (for its initial
#: weights).
MODELS = {
    "vgg9": "edgecase.models.vgg:vgg9",
    "vgg11": "edgecase.models.vgg:vgg11",
    "vgg13": "edgecase.models.vgg:vgg13",
    "vgg16": "edgecase.models.vgg:vgg16",
    "cnn": "edgecase.models.cnn:cnn",
    "lenet": "edgecase.models.lenet:lenet",
}

#: the input (H, W, C) each model is built for.
INPUT_SHAPES = {
    "vgg9": (32, 32, 3),
    "vgg11": (32, 32, 3),
    "vgg13": (32, 32, 3),
    "vgg16": (32, 32, 3),
    "cnn": (32, 32, 3),
    "lenet": (28, 28, 1),
}


def build(
    name: str,
    *,
    num_classes: int = 10,
    width: float = 1.0,
    generator: "torch.Generator | None" = None,
) -> "nn.Module":
    """A freshly initialised model.

    `width` multiplies the channels of every hidden layer. The initial weights come from `generator`
    alone (a CPU generator; without one, a generator seeded with 0).
    Raises `ConfigError` for a name that is not in `MODELS` or a width that leaves no channel.
    """
    import torch

    if name not in MODELS:
        raise ConfigError(f"model: '{name}' is unknown; allowed: {', '.join(MODELS)}")
    if not width > 0:
        raise ConfigError(f"model width: {width} must be above 0")
    module_name, function = MODELS[name].split(":")
    builder = getattr(importlib.import_module(module_name), function)
    if generator is None:
        generator = torch.Generator().manual_seed(0)
    # torch.nn's constructors draw weights from the global generator before ours replace them.
    with torch.random.fork_rng(devices=[]):
        return builder(num_classes=num_classes, width=width, generator=generator)
