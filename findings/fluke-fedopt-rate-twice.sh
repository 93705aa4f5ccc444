#!/usr/bin/env bash
# fluke-fl 0.8.1, FedOpt: the server's rate scales the updates before the moments too, and tau counts 1 / lr times.
#
# Reddi et al. 2021 have m and v of the clients' mean update, and lr only in the step lr m / (sqrt(v) + tau), so that the step over lr is
# the same at any lr. Here the mean is taken at the rate lr as well: m and sqrt(v) shrink with it, and tau does not. At its defaults, lr =
# 0.001 and tau = 0.0001, it is FedAdam at tau = 0.1, and goes less than a hundredth of the way where updates are of 0.01. Seen with
# Python 3.12, 2026-11-30, with mode adam, where each of two clients moves by 0.01 in every round:
#
#   way of five rounds over lr, at an lr of 1: 19.84; 0.1: 8.33; 0.01: 1.24; 0.001: 0.13; of the paper's rule at any: 19.84
#
# Fails if that changes. Our fedadam's rate is the step's alone (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" torch==2.13.0 fluke-fl==0.8.1
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON' | tail -n 1
from copy import deepcopy
from types import SimpleNamespace

import torch
from fluke.algorithms.fedopt import FedOptServer

torch.set_num_threads(1)
ROUNDS, UPDATE, BETA1, BETA2, TAU = 5, 0.01, 0.9, 0.999, 0.0001


def of_package(lr):
    model = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.zeros_(model.weight)
    clients = [SimpleNamespace(index=i, n_examples=10) for i in range(2)]
    server = FedOptServer(model, None, clients, mode="adam", lr=lr, beta1=BETA1, beta2=BETA2, tau=TAU)
    for _ in range(ROUNDS):
        trained = [deepcopy(server.model) for _ in clients]
        for one in trained:
            one.weight.data += UPDATE
        server.aggregate(clients, trained)
    return server.model.weight.item() / lr


def rule():
    way = m = v = 0.0
    for _ in range(ROUNDS):
        m = BETA1 * m + (1 - BETA1) * UPDATE
        v = BETA2 * v + (1 - BETA2) * UPDATE**2
        way += m / (v**0.5 + TAU)
    return way


ways = "; ".join(f"{lr}: {of_package(lr):.2f}" for lr in (1, 0.1, 0.01, 0.001))
print(f"way of five rounds over lr, at an lr of {ways}; of the paper's rule at any: {rule():.2f}")
PYTHON
)
echo "$seen"
expected="way of five rounds over lr, at an lr of 1: 19.84; 0.1: 8.33; 0.01: 1.24; 0.001: 0.13; "
[ "$seen" = "${expected}of the paper's rule at any: 19.84" ]
