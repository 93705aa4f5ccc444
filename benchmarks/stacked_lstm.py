"""Time the LSTM of ten clients as one batch of matrix products beside one client after the other.

`python -m benchmarks.stacked_lstm`: two layers, batches of 20 tweets of 19 words, forward and
backward pass, on one thread. It decides whether task 4 gets a stacked back-end.
"""

import statistics
import time
from collections.abc import Callable

import torch
from torch import nn

CLIENTS, BATCH, LENGTH, WIDTHS, TURNS = 10, 20, 19, (12, 25, 50, 100, 200), 7


def stacked_layer(
    inputs: torch.Tensor, of_input: torch.Tensor, of_state: torch.Tensor, bias: torch.Tensor
) -> torch.Tensor:
    """One LSTM layer of C clients: inputs [C, B, L, D], weights [C, D, 4 H], bias [C, 4 H].

    Gates in torch's order: input, forget, cell, output. Outputs [C, B, L, H].
    """
    clients, batch, length, _ = inputs.shape
    gates = torch.baddbmm(bias[:, None], inputs.flatten(1, 2), of_input)
    gates = gates.view(clients, batch, length, -1)
    state = cell = inputs.new_zeros(clients, batch, of_state.shape[1])
    outputs = []
    for step in range(length):
        kept, forget, new, out = (gates[:, :, step] + torch.bmm(state, of_state)).chunk(4, -1)
        cell = torch.sigmoid(forget) * cell + torch.sigmoid(kept) * torch.tanh(new)
        state = torch.sigmoid(out) * torch.tanh(cell)
        outputs.append(state)
    return torch.stack(outputs, 2)


def weights_of(layers: list[nn.LSTM]) -> list[torch.Tensor]:
    """The weights of one-layer LSTMs as `stacked_layer` takes them, with gradients of their own."""
    of_input = torch.stack([layer.weight_ih_l0.T for layer in layers])
    of_state = torch.stack([layer.weight_hh_l0.T for layer in layers])
    bias = torch.stack([layer.bias_ih_l0 + layer.bias_hh_l0 for layer in layers])
    return [tensor.detach().requires_grad_() for tensor in (of_input, of_state, bias)]


def forms(width: int) -> dict[str, Callable[[], None]]:
    layers = [[nn.LSTM(width, width, batch_first=True) for _ in range(CLIENTS)] for _ in range(2)]
    lower, upper = (weights_of(own) for own in layers)
    inputs = torch.randn(CLIENTS, BATCH, LENGTH, width)

    def stacked() -> None:
        outputs = stacked_layer(stacked_layer(inputs, *lower), *upper)
        outputs[:, :, -1].sum().backward()

    def one_by_one() -> None:
        for own, first, second in zip(inputs, *layers, strict=True):
            second(first(own)[0])[0][:, -1].sum().backward()

    return {"stacked": stacked, "one by one": one_by_one}


def main() -> None:
    torch.set_num_threads(1)
    print("| width | one by one, ms | stacked, ms | stacked is times as fast |\n|---|---|---|---|")
    for width in WIDTHS:
        found: dict[str, list[float]] = {}
        for turn in range(TURNS + 1):
            for name, run in forms(width).items():
                began = time.perf_counter()
                run()
                if turn:  # the first one warms up
                    found.setdefault(name, []).append(1000 * (time.perf_counter() - began))
        pairs = zip(found["one by one"], found["stacked"], strict=True)
        ratios = [alone / together for alone, together in pairs]
        alone, together = (statistics.median(found[name]) for name in ("one by one", "stacked"))
        spread = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        print(f"| {width} | {alone:.1f} | {together:.1f} | {spread} |")


if __name__ == "__main__":
    main()
