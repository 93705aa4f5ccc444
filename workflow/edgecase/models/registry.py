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

    `input` is (H, W, C) of images, or (L,) of sequences. A model of images that has a `smallest`
    side takes any height and width from there on, and `input` is its published size. For plans
    without torch, `forward_megaflops` and `megaparameters` are the operations of one sample's
    forward pass and the parameters at width 1, in millions; without them a plan takes those of the
    largest model of small images.
    `statistics` says that it has batch normalisation.
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
    smallest: int | None = None
    statistics: bool = False

    def takes(self, shape: tuple[int, ...]) -> bool:
        """Whether samples of `shape` can be its input."""
        if self.smallest is None or len(shape) != len(self.input):
            return shape == self.input
        return min(shape[:2]) >= self.smallest and shape[2:] == self.input[2:]

    @property
    def accepted(self) -> str:
        """What shapes it takes, in words.

        >>> Model("m", (224, 224, 3), dict, smallest=32).accepted
        '(H, W, 3) with H and W from 32'
        """
        if self.smallest is None:
            return str(self.input)
        return f"(H, W, {self.input[2]}) with H and W from {self.smallest}"


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
    smallest: int | None = None,
    statistics: bool = False,
) -> Callable[[Builder], Builder]:
    """A decorator that makes a builder known under `name`, with the fields of `Model`."""

    def known(builder: Builder) -> Builder:
        if name in MODELS:
            raise ConfigError(f"model '{name}' is registered twice")
        size = forward_megaflops, megaparameters, growth, forward_growth, smallest, statistics
        MODELS[name] = Model(name, input, builder, head, *size)
        return builder

    return known
