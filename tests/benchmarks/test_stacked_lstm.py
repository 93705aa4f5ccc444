"""The stacked LSTM that is timed is torch's own, client by client."""

import torch
from benchmarks.stacked_lstm import stacked_layer, weights_of
from torch import nn


def test_stacked_layer_is_torchs_lstm():
    torch.manual_seed(0)
    layers = [nn.LSTM(3, 3, batch_first=True).double() for _ in range(4)]
    inputs = torch.randn(4, 2, 5, 3, dtype=torch.float64)
    expected = torch.stack([layer(own)[0] for layer, own in zip(layers, inputs, strict=True)])
    torch.testing.assert_close(stacked_layer(inputs, *weights_of(layers)), expected)
