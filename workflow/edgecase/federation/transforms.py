"""Normalise, crop with padding and flip images as tensor operations."""

import functools
from dataclasses import dataclass, replace

import torch

from edgecase.base.tensor_randomness import random_bits
from edgecase.federation.crops import MEAN, STD

_PAD = 4


@dataclass(frozen=True)
class Transform:
    """What happens to a uint8 image before the model sees it.

    `mean` and `std` are per channel, for pixels scaled to [0, 1]. `padding` is "reflect", "zero" or
    None; with a padding of 4 pixels a training image is cropped back to its size at a random place
    and mirrored with probability one half. Test images are only normalised.
    """

    mean: tuple[float, ...]
    std: tuple[float, ...]
    padding: str | None = None

    def test(self, images: torch.Tensor, dtype: torch.dtype = torch.float32) -> torch.Tensor:
        """uint8 [B, H, W, C] → normalised [B, C, H, W] in channels-last memory."""
        return self._normalise(images, dtype)

    def train(
        self,
        store: torch.Tensor,
        index: torch.Tensor,
        key: int | torch.Tensor,
        positions: torch.Tensor,
        dtype: torch.dtype = torch.float32,
    ) -> torch.Tensor:
        """Images `index` [B] of the uint8 `store` [N, H, W, C], augmented and normalised.

        The crop and the flip of a sample are a function of `key` (one, or int64 [B]) and its
        position in the client's training (int64 [B]) alone. Returns [B, C, H, W] in channels-last
        memory.
        """
        if self.padding is None:
            return self._normalise(store[index], dtype)
        size = store.shape[1]
        bits = random_bits(key, positions)
        # Three fields of one 64-bit draw; 20 bits modulo 9 are biased by less than 1e-5.
        places = 2 * _PAD + 1
        top = (bits & 0xFFFFF) % places
        left = ((bits >> 20) & 0xFFFFF) % places
        flip = ((bits >> 40) & 1).bool()
        steps = torch.arange(size, device=store.device)
        rows = top[:, None] + steps - _PAD
        columns = left[:, None] + torch.where(flip[:, None], size - 1 - steps, steps) - _PAD
        inside = None
        if self.padding == "reflect":
            rows, columns = _reflect(rows, size), _reflect(columns, size)
        else:
            inside = ((rows >= 0) & (rows < size))[:, :, None] & (
                (columns >= 0) & (columns < size)
            )[:, None, :]
            rows, columns = rows.clamp(0, size - 1), columns.clamp(0, size - 1)
        images = store[index[:, None, None], rows[:, :, None], columns[:, None, :]]
        if inside is not None:
            images = images * inside[..., None]
        return self._normalise(images, dtype)

    def _normalise(self, images: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
        mean, std = _constants(self.mean, self.std, dtype, images.device)
        return ((images.to(dtype) - mean) / std).permute(0, 3, 1, 2)


@dataclass(frozen=True)
class TaskTransforms:
    """Who sees samples through which transform: None as they are."""

    honest: Transform | None
    attacker: Transform | None
    test: Transform | None


_CIFAR_HONEST = Transform(
    mean=(125.3 / 255, 123.0 / 255, 113.9 / 255),
    std=(63.0 / 255, 62.1 / 255, 66.7 / 255),
    padding="reflect",
)
_CIFAR_ATTACKER = Transform(
    mean=(0.4914, 0.4822, 0.4465), std=(0.2023, 0.1994, 0.2010), padding="zero"
)
_PHOTOGRAPH = Transform(MEAN, STD, padding="reflect")
#: of a folder's photographs: everybody has the same, normalised as ImageNet's are by custom
PHOTOGRAPHS = TaskTransforms(_PHOTOGRAPH, _PHOTOGRAPH, replace(_PHOTOGRAPH, padding=None))
_DIGITS = Transform(mean=(0.1307,), std=(0.3081,))


def task_transforms(channels: int, transforms: str) -> TaskTransforms:
    """The transforms of colour (3 channels) or digit (1 channel) tasks.

    `transforms` is the switch of the same name: "published" gives the attacker and the test sets
    the constants and the padding of the released code, which differ from the honest clients'; "one"
    gives everybody the honest clients'; "plain" their normalisation without augmentation. Digits
    have one transform, without augmentation, in every case.
    """
    if channels == 1:
        return TaskTransforms(_DIGITS, _DIGITS, _DIGITS)
    if transforms == "one":
        return TaskTransforms(_CIFAR_HONEST, _CIFAR_HONEST, _CIFAR_HONEST)
    if transforms == "plain":
        plain = replace(_CIFAR_HONEST, padding=None)
        return TaskTransforms(plain, plain, plain)
    return TaskTransforms(_CIFAR_HONEST, _CIFAR_ATTACKER, _CIFAR_ATTACKER)


@functools.cache
def _constants(
    mean: tuple[float, ...], std: tuple[float, ...], dtype: torch.dtype, device: torch.device
) -> tuple[torch.Tensor, torch.Tensor]:
    """In units of a byte; made once, as every copy to a GPU would hold up the host."""
    return (
        torch.tensor(mean, dtype=dtype, device=device) * 255,
        torch.tensor(std, dtype=dtype, device=device) * 255,
    )


def _reflect(index: torch.Tensor, size: int) -> torch.Tensor:
    index = index.abs()
    return torch.where(index >= size, 2 * (size - 1) - index, index)
