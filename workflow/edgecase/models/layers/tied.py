"""Scores of words by the embeddings of words, and their cross-entropy without all scores at once.

The scores of a batch of 20 segments of 64 words are 1,280 rows of a number for each word of a
vocabulary: 256 MB at 50,000 words. They are made in chunks of rows, used and let go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

#: rows whose scores are held at once.
CHUNK = 256


@dataclass(frozen=True, eq=False)
class WordScores:
    """The scores hidden · weightᵀ + bias of the next word at every place, not yet computed.

    `hidden` [B, L, H] is what a network knows at each place, `weight` [V, H] the embedding of each
    word and `bias` [V].
    """

    hidden: Tensor
    weight: Tensor
    bias: Tensor

    def __len__(self) -> int:
        return len(self.hidden)

    def to(self, dtype: torch.dtype) -> WordScores:
        """The scores of `hidden` in another precision."""
        return WordScores(self.hidden.to(dtype), self.weight, self.bias)

    def all(self) -> Tensor:
        """Every score, [B, L, V]."""
        return self._scores(self.hidden)

    def losses(self, places: Tensor, words: Tensor) -> Tensor:
        """The cross-entropy [n] of the `words` int64 [n] at the true `places` bool [B, L]."""
        return linear_cross_entropy(self.hidden[places], self.weight, self.bias, words)

    def likeliest(self, places: Tensor) -> Tensor:
        """The word with the highest score at each of the true `places` bool [B, L]: int64 [n]."""
        chosen = self.hidden[places].to(self.weight.dtype)
        # Of half as many digits, many scores are equal.
        with torch.autocast(chosen.device.type, enabled=False):
            chunks = chosen.split(CHUNK)
            return torch.cat([self._scores(rows).argmax(1) for rows in chunks])

    def _scores(self, rows: Tensor) -> Tensor:
        return torch.nn.functional.linear(rows, self.weight, self.bias)


def linear_cross_entropy(
    hidden: Tensor, weight: Tensor, bias: Tensor, words: Tensor, chunk: int = CHUNK
) -> Tensor:
    """The cross-entropy [n] of hidden · weightᵀ + bias ([n, V]) and `words` int64 [n].

    `hidden` is [n, H], `weight` [V, H] and `bias` [V]. The scores of `chunk` rows are held at once;
    the backward pass computes them again, a third product more than if all were kept.
    """
    losses = _LinearCrossEntropy.apply(hidden, weight, bias, words, chunk)
    assert isinstance(losses, Tensor)
    return losses


class _LinearCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, hidden: Tensor, weight: Tensor, bias: Tensor, words: Tensor, chunk: int
    ) -> Tensor:
        norms, losses = hidden.new_empty(len(hidden)), hidden.new_empty(len(hidden))
        for first in range(0, len(hidden), chunk):
            rows = slice(first, first + chunk)
            scores = torch.addmm(bias, hidden[rows], weight.T)
            norms[rows] = scores.logsumexp(1)
            losses[rows] = norms[rows] - scores.gather(1, words[rows, None]).squeeze(1)
        ctx.save_for_backward(hidden, weight, bias, words, norms)
        ctx.chunk = chunk
        return losses

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        hidden, weight, bias, words, norms = ctx.saved_tensors
        of_hidden, of_weight = torch.empty_like(hidden), torch.zeros_like(weight)
        of_bias = torch.zeros_like(bias)
        for first in range(0, len(hidden), ctx.chunk):
            rows = slice(first, first + ctx.chunk)
            # d loss / d score is softmax(scores) less 1 at the word.
            scores = torch.addmm(bias, hidden[rows], weight.T)
            shares = scores.sub_(norms[rows, None]).exp_()
            places = torch.arange(len(shares), device=shares.device)
            shares[places, words[rows]] -= 1
            shares *= gradient[rows, None]
            torch.mm(shares, weight, out=of_hidden[rows])
            of_weight.addmm_(shares.T, hidden[rows])
            of_bias += shares.sum(0)
        return of_hidden, of_weight, of_bias, None, None
