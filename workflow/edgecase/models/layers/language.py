"""A language model: embedding, two LSTM layers, and the embedding again as the scores of words."""

import torch
from torch import nn

from edgecase.models.layers.dropout import Dropout
from edgecase.models.layers.hidden_state import HiddenState
from edgecase.models.layers.initial import initialise_lstm
from edgecase.models.layers.tied import WordScores

#: embeddings are uniform on ± this (Bagdasaryan et al. 2020, released code)
_EMBEDDING = 0.1


class TiedLanguageModel(nn.Module):
    """Embedding – dropout – LSTM – dropout – LSTM – dropout – scores by the same embedding.

    Takes words int64 [B, L] and gives the `WordScores` of the next word at every place.
    `rows` are the embeddings' (words + 1), and `size` the width of every layer.
    """

    #: weight and bias of the layer that gives the outputs (`FlatModel.last_layer`).
    outputs_by = ("embedding.weight", "bias")

    def __init__(self, rows: int, size: int, dropout: float = 0.2) -> None:
        super().__init__()
        self.embedding = nn.Embedding(rows, size)
        self.embedded = Dropout(dropout)
        self.lower = nn.LSTM(size, size, batch_first=True)
        self.lower_state = HiddenState()
        self.between = Dropout(dropout)
        self.upper = nn.LSTM(size, size, batch_first=True)
        self.upper_state = HiddenState()
        self.before_scores = Dropout(dropout)
        self.bias = nn.Parameter(torch.zeros(rows))

    def forward(self, words: torch.Tensor) -> WordScores:
        if words.device.type != "cpu":
            return self._scores(words)
        # On a CPU an LSTM is slower in bf16, and torch has none for some processors.
        with torch.autocast("cpu", enabled=False):
            return self._scores(words)

    def _scores(self, words: torch.Tensor) -> WordScores:
        inputs = self.embedded(self.embedding(words))
        outputs = self.lower_state.run(self.lower, inputs)
        outputs = self.upper_state.run(self.upper, self.between(outputs))
        return WordScores(self.before_scores(outputs), self.embedding.weight, self.bias)


def initialise_language_model(module: TiedLanguageModel, generator: torch.Generator) -> None:
    """Embeddings uniform on ±0.1, LSTM layers as torch initialises them, a bias of 0."""
    nn.init.uniform_(module.embedding.weight, -_EMBEDDING, _EMBEDDING, generator=generator)
    for layer in (module.lower, module.upper):
        initialise_lstm(layer, generator)
    nn.init.zeros_(module.bias)
