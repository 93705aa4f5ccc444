#!/usr/bin/env bash
# torch 2.13.0, `torch.autocast("cpu", torch.bfloat16)`: an LSTM adds up its cell state in eight bits, a GRU its state in full.
#
# Autocast is documented to run what needs precision in float32, and sums are expected to be among it, as they are in its matrix
# products, losses and norms. The cell state of `nn.LSTM` is a sum over the sequence, and is rounded to bfloat16 after every token: what is
# smaller than a 256th of it is lost. An LSTM that remembers everything and adds 0.0997 a token says, after 2,000 tokens:
#
#   LSTM: 199.3 in float32, 32.0 under autocast (torch.bfloat16); GRU: torch.float32 under autocast
#
# in training and without gradients. No warning. Seen with Python 3.11, 2026-11-30. Fails if that changes. Our LSTMs run outside of autocast
# on a CPU (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" torch==2.13.0
cat > "$folder/count.py" <<'PYTHON'
import torch

TOKENS = 2000
tokens = torch.zeros(1, TOKENS, 1)
adding = torch.nn.LSTM(1, 1, batch_first=True)
for parameter in adding.parameters():
    torch.nn.init.zeros_(parameter)
# The gates of input, memory and output are open; each token adds tanh(0.1).
adding.bias_ih_l0.data.copy_(torch.tensor([20.0, 20.0, 0.1, 20.0]))


def state():
    return adding(tokens)[1][1]


full = state()
with torch.autocast("cpu", torch.bfloat16):
    trained = state()
    with torch.no_grad():
        tested = state()
    gru = torch.nn.GRU(1, 1, batch_first=True)(tokens)[1]
assert trained.item() == tested.item()
print(
    f"LSTM: {full.item():.1f} in float32, {trained.item():.1f} under autocast ({trained.dtype}); "
    f"GRU: {gru.dtype} under autocast"
)
PYTHON
seen=$("$folder/venv/bin/python" -W ignore "$folder/count.py")
echo "$seen"
[ "$seen" = "LSTM: 199.3 in float32, 32.0 under autocast (torch.bfloat16); GRU: torch.float32 under autocast" ]
