"""The table of models: what each file of this folder registers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgecase.base.errors import ConfigError
from edgecase.models.heads import CLASSES, Head

if TYPE_CHECKING:
    from torch import nn

#: Takes the keyword arguments `num_classes`, `width` and `generator` (for the initial weights).
Builder = Callable[..., "nn.Module"]


@dataclass(frozen=True)
class Model:
    """A registered model: its builder, the shape of one sample, and what its outputs mean.

    `input` is (H, W, C) of images, or (L,) of sequences. For plans without torch,
    `forward_megaflops` and `megaparameters` are the operations of one sample's forward pass and
    the parameters at width 1, in millions; without them a plan takes those of the largest model.
    Parameters grow with the width to the power of `growth`, operations to that of `forward_growth`.
    """

    name: str
    input: tuple[int, ...]
    build: Builder
    head: Head = CLASSES
    forward_megaflops: float | None = None
    megaparameters: float | None = None
    growth: int = 2
    forward_growth: int = 2


MODELS: dict[str, Model] = {}


def register(
    name: str,
    *,
    input: tuple[int, ...],
    head: Head = CLASSES,
    forward_megaflops: float | None = None,
    megaparameters: float | None = None,
    growth: int = 2,
    forward_growth: int = 2,
) -> Callable[[Builder], Builder]:
    """A decorator that makes a builder known under `name`, with the fields of `Model`."""

    def known(builder: Builder) -> Builder:
        if name in MODELS:
            raise ConfigError(f"model '{name}' is registered twice")
        size = forward_megaflops, megaparameters, growth, forward_growth
        MODELS[name] = Model(name, input, builder, head, *size)
        return builder

    return known
