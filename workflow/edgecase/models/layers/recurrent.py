"""A classifier of token sequences: embedding, two LSTM layers, one logit."""

import copy

import torch
from torch import nn

from edgecase.base.padding import PADDING
from edgecase.models.layers.dropout import Dropout
from edgecase.models.layers.hidden_state import HiddenState
from edgecase.models.layers.initial import initialise_default, initialise_lstm


class RecurrentClassifier(nn.Module):
    """Embedding – LSTM – dropout – LSTM – dropout of the last output – one logit.

    Takes tokens int64 [B, L] and gives logits [B]. With `masked`, sequences are filled up on the
    right, and the logit is that of a sequence's last word, whatever the padding; without, they are
    filled up on the left, the LSTM runs over the padding too, and the logit is that of the last
    place. `rows` are the embeddings' (words + 1), `size` the width of every layer and `length` the
    longest sequence's.

    The embedding is the last of the parameters, so that a model over fewer words is the beginning
    of the same flat vector (`federation.rows`).
    """

    def __init__(
        self, rows: int, size: int, length: int, dropout: float = 0.5, masked: bool = True
    ) -> None:
        super().__init__()
        self.masked = masked
        self.lower = nn.LSTM(size, size, batch_first=True)
        self.lower_state = HiddenState()
        self.between = Dropout(dropout, units=length * size)
        self.upper = nn.LSTM(size, size, batch_first=True)
        self.upper_state = HiddenState()
        self.before_logit = Dropout(dropout)
        self.logit = nn.Linear(size, 1)
        self.embedding = nn.Embedding(rows, size, padding_idx=PADDING)

    def over(self, rows: int) -> "RecurrentClassifier":
        """A copy of the network over another number of words, whose embeddings are unset.

        On the meta device torch makes one only after loading its compiler, for a second.
        """
        table = self.embedding.weight.new_empty(rows, self.embedding.embedding_dim)
        embedding = nn.Embedding.from_pretrained(table, freeze=False, padding_idx=PADDING)
        return copy.deepcopy(self, {id(self.embedding): embedding})

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        if tokens.device.type != "cpu":
            return self._logits(tokens)
        # On a CPU an LSTM is slower in bf16, and torch has none for some processors.
        with torch.autocast("cpu", enabled=False):
            return self._logits(tokens)

    def _logits(self, tokens: torch.Tensor) -> torch.Tensor:
        last = torch.full((len(tokens),), tokens.shape[1] - 1, device=tokens.device)
        lengths = None
        if self.masked:
            last = (tokens != PADDING).sum(1) - 1
            # One transfer to the host saves the steps behind the longest sequence of the batch.
            tokens, lengths = tokens[:, : int(last.max()) + 1], last + 1
        outputs = self.lower_state.run(self.lower, self.embedding(tokens), lengths)
        outputs = self.upper_state.run(self.upper, self.between(outputs), lengths)
        chosen = outputs[torch.arange(len(tokens), device=tokens.device), last]
        return self.logit(self.before_logit(chosen)).squeeze(1)


def initialise_recurrent(module: RecurrentClassifier, generator: torch.Generator) -> None:
    """torch's default initial weights, drawn from `generator`.

    Embeddings are normal with deviation 1, but for the padding's, which are 0; all else is uniform
    on ±1/√size.
    """
    initialise_default(module, generator)
    for layer in (module.lower, module.upper):
        initialise_lstm(layer, generator)
    nn.init.normal_(module.embedding.weight, generator=generator)
    with torch.no_grad():
        module.embedding.weight[PADDING] = 0
