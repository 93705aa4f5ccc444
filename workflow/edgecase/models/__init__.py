"""The models, by name: one file each, which registers itself. None needs torch to be imported."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, Any

from edgecase.base.errors import ConfigError
from edgecase.base.lazy import torch
from edgecase.base.names import unknown_name
from edgecase.models.registry import MODELS, Model, register

if TYPE_CHECKING:
    from torch import nn

__all__ = ["MODELS", "Model", "build", "register"]

for _module in pkgutil.iter_modules(__path__):
    # What the builders are made of is a package, and needs torch.
    if not _module.ispkg:
        importlib.import_module(f"{__name__}.{_module.name}")


def build(
    name: str,
    *,
    num_classes: int = 10,
    width: float = 1.0,
    generator: torch.Generator | None = None,
    **of_data: Any,
) -> nn.Module:
    """A freshly initialised model.

    `width` multiplies the channels of every hidden layer; `of_data` are what a model on words has
    to know besides (`TaskData.of_data`). The initial weights come from `generator`
    alone (a CPU generator; without one, a generator seeded with 0).
    Raises `ConfigError` for a name that is not in `MODELS` or a width that leaves no channel.
    """
    if problem := unknown_name(name, MODELS):
        raise ConfigError(f"model: {problem}")
    if not width > 0:
        raise ConfigError(f"model width: {width} must be above 0")
    if generator is None:
        generator = torch.Generator().manual_seed(0)
    # torch.nn's constructors draw weights from the global generator before ours replace them.
    with torch.random.fork_rng(devices=[]):
        return MODELS[name].build(
            num_classes=num_classes, width=width, generator=generator, **of_data
        )
