#!/usr/bin/env bash
# opacus 1.6.0, DPLSTM: dropout hits the state that the LSTM carries from word to word, in every layer, not the outputs between layers.
#
# ModuleValidator.fix puts DPLSTM in the place of nn.LSTM as a "drop-in replacement". nn.LSTM drops outputs of every layer but the last on
# their way to the next one, and its memory is whole; DPLSTM's own warning says the same ("after all but last recurrent layer"). DPLSTM
# drops h at every step and goes on with what is left: with two layers at 0.5 half of the last layer's outputs and half of both layers'
# last states are zero, and one layer, where the option does nothing, is hit likewise. DPGRU and DPRNN share the code. Without dropout,
# and in eval mode, the two agree. Seen with Python 3.12, 2026-11-30, share of zeros while training, on 200 sentences of 20 words:
#
#   two layers: outputs LSTM 0 %, DPLSTM 50 %, states 0 %, 50 %; one layer: outputs 0 %, 50 %; in eval mode they agree
#
# Fails if that changes (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" torch==2.13.0 opacus==1.6.0
export OMP_NUM_THREADS=1
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import torch
from opacus.validators import ModuleValidator

torch.manual_seed(1)
WORDS = torch.randn(20, 200, 8)


def zeros(numbers):
    return f"{(numbers == 0).double().mean().item():.0%}".replace("%", " %")


def pair(layers):
    plain = torch.nn.LSTM(8, 32, num_layers=layers, dropout=0.5)
    return plain, ModuleValidator.fix(plain)


def in_training(layers):
    found = [module.train()(WORDS) for module in pair(layers)]
    outputs = ", ".join(f"{zeros(output)}" for output, _ in found)
    states = ", ".join(f"{zeros(hidden)}" for _, (hidden, _) in found)
    return outputs, states


plain, private = (module.eval()(WORDS)[0] for module in pair(2))
outputs, states = in_training(2)
theirs, ours = outputs.split(", ")
print(
    f"two layers: outputs LSTM {theirs}, DPLSTM {ours}, states {states}; one layer: outputs {in_training(1)[0]};"
    f" in eval mode they {'agree' if torch.allclose(plain, private, atol=1e-6) else 'differ'}"
)
PYTHON
)
echo "$seen"
[ "$seen" = "two layers: outputs LSTM 0 %, DPLSTM 50 %, states 0 %, 50 %; one layer: outputs 0 %, 50 %;\
 in eval mode they agree" ]
