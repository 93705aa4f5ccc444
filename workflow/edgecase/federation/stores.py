"""Hold the samples of a run on the device and give batches of them as a model takes them.

Local training, tests, probes and estimates of memory ask a store and know no shapes:

>>> sentences = TokenStore(torch.tensor([[1, 2], [3, 0]], dtype=torch.int32), torch.tensor([0, 1]))
>>> rows = torch.tensor([1, 0, 1])
>>> sentences.batch(rows, None, key=5, positions=torch.arange(3), dtype=torch.float32)
tensor([[3, 0],
        [1, 2],
        [3, 0]])
>>> photos = ImageStore(torch.zeros(2, 4, 4, 3, dtype=torch.uint8), torch.tensor([0, 1]))
>>> photos.example(torch.float32).shape
torch.Size([1, 3, 4, 4])
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import torch

from edgecase.base.padding import PADDING
from edgecase.federation.transforms import Transform


class Inputs(Protocol):
    """Inputs [N, …] as a test sees them: a tensor, or what makes each batch when it is asked."""

    def __len__(self) -> int: ...

    def split(self, size: Any, /) -> Iterable[torch.Tensor]:
        """The inputs in batches of `size`."""


class Store(Protocol):
    """Samples by row, with their labels.

    A `transform` is how a participant sees its samples: a `Transform` of images, None for tokens.
    """

    @property
    def labels(self) -> torch.Tensor:
        """int64 [N, …]."""

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """The shape of one sample as it is held."""

    @property
    def sequential(self) -> bool:
        """Whether a sample may go on where one before it ends."""

    def batch(
        self,
        rows: torch.Tensor,
        transform: Any,
        key: int | torch.Tensor,
        positions: torch.Tensor,
        dtype: torch.dtype,
    ) -> torch.Tensor:
        """Inputs [B, …] of `rows` [B] for training.

        What is random of a sample is a function of `key` (one, or int64 [B]) and of its position in
        the participant's training (int64 [B]) alone.
        """

    def inputs(self, transform: Any, dtype: torch.dtype) -> Inputs:
        """Inputs [N, …] of all rows as a test sees them: nothing is random."""

    def example(self, dtype: torch.dtype) -> torch.Tensor:
        """One input [1, …] without meaning, to find out what a model does with it."""

    def extended(self, samples: list[torch.Tensor], labels: list[torch.Tensor]) -> Store:
        """The store with further rows behind its own, and one label [n] for each."""

    def asking(self, samples: torch.Tensor, labels: torch.Tensor) -> Store:
        """The same for one part of which a test asks nothing but these labels."""


@dataclass(frozen=True)
class ImageStore:
    """Images uint8 [N, H, W, C], seen through a `Transform`, as [B, C, H, W]."""

    sequential: ClassVar[bool] = False

    images: torch.Tensor
    labels: torch.Tensor

    @property
    def sample_shape(self) -> tuple[int, ...]:
        return tuple(self.images.shape[1:])

    def batch(
        self,
        rows: torch.Tensor,
        transform: Transform,
        key: int | torch.Tensor,
        positions: torch.Tensor,
        dtype: torch.dtype,
    ) -> torch.Tensor:
        return transform.train(self.images, rows, key, positions, dtype)

    def inputs(self, transform: Transform, dtype: torch.dtype) -> torch.Tensor:
        return transform.test(self.images, dtype)

    def example(self, dtype: torch.dtype) -> torch.Tensor:
        height, width, channels = self.images.shape[1:]
        return torch.zeros(1, channels, height, width, dtype=dtype, device=self.images.device)

    def extended(self, samples: list[torch.Tensor], labels: list[torch.Tensor]) -> ImageStore:
        return ImageStore(torch.cat([self.images, *samples]), torch.cat([self.labels, *labels]))

    def asking(self, samples: torch.Tensor, labels: torch.Tensor) -> ImageStore:
        return self.extended([samples], [labels])


@dataclass(frozen=True)
class TokenStore:
    """Sequences of word numbers, int32 [N, L]; a model gets them as int64 [B, L], as they are.

    Padding fills them up on the right; `on_left`, on the left, where further rows, which come with
    theirs on the right, are moved to.
    """

    sequential: ClassVar[bool] = False

    tokens: torch.Tensor
    labels: torch.Tensor
    on_left: bool = False

    @property
    def sample_shape(self) -> tuple[int, ...]:
        return tuple(self.tokens.shape[1:])

    def batch(
        self,
        rows: torch.Tensor,
        transform: None,
        key: int | torch.Tensor,
        positions: torch.Tensor,
        dtype: torch.dtype,
    ) -> torch.Tensor:
        return self.tokens[rows].long()

    def inputs(self, transform: None, dtype: torch.dtype) -> torch.Tensor:
        return self.tokens.long()

    def example(self, dtype: torch.dtype) -> torch.Tensor:
        return self.tokens[:1].long()

    def extended(self, samples: list[torch.Tensor], labels: list[torch.Tensor]) -> TokenStore:
        if self.on_left:
            samples = [_on_left(sample) for sample in samples]
        return TokenStore(
            torch.cat([self.tokens, *samples]), torch.cat([self.labels, *labels]), self.on_left
        )

    def asking(self, samples: torch.Tensor, labels: torch.Tensor) -> TokenStore:
        return self.extended([samples], [labels])


@dataclass(frozen=True)
class SegmentStore:
    """Segments of text, int32 [N, L + 1]: a model reads L words, int64 [B, L], and says the next.

    `labels` int64 [N, L] are the next words; padding asks for nothing. Where further rows come, the
    one label of each is its last word, which stands in the row itself.

    >>> store = SegmentStore.of(torch.tensor([[5, 6, 7], [8, 9, 0]], dtype=torch.int32))
    >>> store.labels
    tensor([[6, 7],
            [9, 0]])
    >>> store.asking(torch.tensor([[1, 2, 3]], dtype=torch.int32), torch.tensor([3])).labels[-1]
    tensor([0, 3])
    """

    sequential: ClassVar[bool] = True

    tokens: torch.Tensor
    labels: torch.Tensor

    @classmethod
    def of(cls, tokens: torch.Tensor) -> SegmentStore:
        """The store of segments of which every next word is asked."""
        return cls(tokens, tokens[:, 1:].long())

    @property
    def sample_shape(self) -> tuple[int, ...]:
        return tuple(self.tokens.shape[1:])

    def batch(
        self,
        rows: torch.Tensor,
        transform: None,
        key: int | torch.Tensor,
        positions: torch.Tensor,
        dtype: torch.dtype,
    ) -> torch.Tensor:
        return self.tokens[rows, :-1].long()

    def inputs(self, transform: None, dtype: torch.dtype) -> torch.Tensor:
        return self.tokens[:, :-1].long()

    def example(self, dtype: torch.dtype) -> torch.Tensor:
        return self.tokens[:1, :-1].long()

    def extended(self, samples: list[torch.Tensor], labels: list[torch.Tensor]) -> SegmentStore:
        following = [sample[:, 1:].long() for sample in samples]
        return SegmentStore(
            torch.cat([self.tokens, *samples]), torch.cat([self.labels, *following])
        )

    def asking(self, samples: torch.Tensor, labels: torch.Tensor) -> SegmentStore:
        following = torch.full_like(samples[:, 1:], PADDING, dtype=torch.int64)
        following[:, -1] = labels
        return SegmentStore(torch.cat([self.tokens, samples]), torch.cat([self.labels, following]))


def _on_left(tokens: torch.Tensor) -> torch.Tensor:
    """Rows of `tokens` [n, L] with their padding moved from the right to the left."""
    is_word = tokens != PADDING
    return tokens.gather(1, is_word.int().argsort(dim=1, stable=True))
