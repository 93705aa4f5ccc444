"""The language model of the Reddit/Athens task (Bagdasaryan et al. 2020; Wang et al. 2020)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgecase.base.lazy import lazy, torch
from edgecase.models.heads import NextWord
from edgecase.models.registry import register

if TYPE_CHECKING:
    from torch import nn

    from edgecase.models.layers import language
else:
    language = lazy("edgecase.models.layers.language")

_SIZE = 200
_LENGTH = 64


@register(
    "tied-lstm",
    input=(_LENGTH,),
    head=NextWord(),
    # With 50,000 words, whose scores are 1,280 of the operations.
    forward_megaflops=1362,
    megaparameters=11,
    growth=1,
    forward_growth=1,
)
def tied_lstm(
    *, num_classes: int, width: float, generator: torch.Generator, words: int
) -> nn.Module:
    """embedding 200 – dropout .2 – LSTM 200 – dropout .2 – LSTM 200 – dropout .2 – scores by the
    same embedding, and a bias.

    Input int64 [B, 64], output the scores of the next word at each place, of V = `words` + 1 rows:
    the words from 1, and padding, which is never asked for. At width 1 it has 201 V + 643,200
    parameters: 10,693,200 at V = 50,000.
    """
    module = language.TiedLanguageModel(words + 1, max(1, round(_SIZE * width)))
    language.initialise_language_model(module, generator)
    return module
