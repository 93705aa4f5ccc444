"""Run an LSTM whose hidden state a training carries from batch to batch, or not."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

State = tuple[torch.Tensor, torch.Tensor]


class HiddenState(nn.Module):
    """The state that one LSTM layer starts its next batch with: zero unless it is carried.

    Whoever trains or tests calls `begin` before the first batch of an epoch or of a test set. A
    carried state is that of each sequence's last word, detached; row i of a batch starts with that
    of row i of the batch before, so that only a last, smaller batch may follow.
    """

    def __init__(self) -> None:
        super().__init__()
        self.carried = False
        self._state: State | None = None

    def begin(self, carried: bool) -> None:
        """Start the next batch with zero, and carry the state from there on if `carried`."""
        self.carried, self._state = carried, None

    def run(
        self, layer: nn.LSTM, inputs: torch.Tensor, lengths: torch.Tensor | None = None
    ) -> torch.Tensor:
        """The outputs [B, L, H] of a `batch_first` layer for `inputs` [B, L, F].

        `lengths` int64 [B], from 1, are those of sequences that padding on the right fills up; the
        outputs behind a sequence's end have no meaning.
        """
        if not self.carried:
            return layer(inputs)[0]
        before = None
        if self._state is not None:
            hidden, cell = (part[:, : len(inputs)].contiguous() for part in self._state)
            before = hidden, cell
        if lengths is None:
            outputs, after = layer(inputs, before)
        else:
            packed = pack_padded_sequence(
                inputs, lengths.cpu(), batch_first=True, enforce_sorted=False
            )
            outputs, after = layer(packed, before)
            outputs, _ = pad_packed_sequence(
                outputs, batch_first=True, total_length=inputs.shape[1]
            )
        self._state = after[0].detach(), after[1].detach()
        return outputs
