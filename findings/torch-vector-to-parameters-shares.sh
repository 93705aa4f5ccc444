#!/usr/bin/env bash
# torch 2.13.0, `vector_to_parameters`: training the module changes the vector that it was given.
#
# Its documentation says "Copy slices of a vector into an iterable of parameters". So when a server hands its model out as a vector,
# each client is expected to start from the same one. The parameters become views of the vector instead: the first client trains the
# server's model in place, the second starts where the first ended, and so on. Seen with Python 3.11, 2026-11-30:
#
#   clients that start from the server's model: 1 of 3; with a clone of the vector: 3 of 3
#
# where 3 of 3 was expected twice. Fails if that changes. Our clients start from copies (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" torch==2.13.0
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import torch
from torch import nn
from torch.nn.utils import parameters_to_vector, vector_to_parameters


def started_right(hand_out):
    torch.manual_seed(0)
    model = nn.Linear(4, 2)
    server = parameters_to_vector(model.parameters()).detach().clone()
    sent, right = server.clone(), 0
    for _ in range(3):
        vector_to_parameters(hand_out(server), model.parameters())
        right += torch.equal(parameters_to_vector(model.parameters()), sent)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        model(torch.ones(1, 4)).sum().backward()
        optimizer.step()
        optimizer.zero_grad()
    return right


plain, cloned = started_right(lambda vector: vector), started_right(torch.clone)
print(f"clients that start from the server's model: {plain} of 3; with a clone of the vector: {cloned} of 3")
PYTHON
)
echo "$seen"
[ "$seen" = "clients that start from the server's model: 1 of 3; with a clone of the vector: 3 of 3" ]
