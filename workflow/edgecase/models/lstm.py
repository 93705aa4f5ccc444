"""The LSTM of the Sentiment140/Lanthimos task (Wang et al. 2020, task 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgecase.base.lazy import lazy, torch
from edgecase.models.heads import BinaryCrossEntropy
from edgecase.models.registry import register

if TYPE_CHECKING:
    from torch import nn

    from edgecase.models.layers import recurrent
else:
    recurrent = lazy("edgecase.models.layers.recurrent")

_SIZE = 200
_LENGTH = 100


@register(
    "lstm",
    input=(_LENGTH,),
    head=BinaryCrossEntropy(),
    # Of a sentence of 19 words, the longest of 20 tweets; and with 56,758 words.
    forward_megaflops=24.4,
    megaparameters=12,
    growth=1,
)
def lstm(
    *, num_classes: int, width: float, generator: torch.Generator, words: int, padding: str
) -> nn.Module:
    """embedding 200 – LSTM 200 – dropout .5 – LSTM 200 – dropout .5 – one logit of class 1.

    Input int64 [B, L] with L ≤ 100, output [B]. At width 1 it has 200 (`words` + 1) + 643,401
    parameters; widths 0.125, 0.25 and 0.5 are figure 8's 25, 50 and 100. `padding` is the switch of
    that name.
    """
    size = max(1, round(_SIZE * width))
    module = recurrent.RecurrentClassifier(words + 1, size, _LENGTH, masked=padding == "masked")
    recurrent.initialise_recurrent(module, generator)
    return module
