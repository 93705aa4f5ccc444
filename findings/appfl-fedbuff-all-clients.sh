#!/usr/bin/env bash
# appfl 1.12.0, FedBuff: the buffer's K updates are divided by the number of all clients, not by K.
#
# FedBuff (Nguyen et al. 2022, which its docstring names) steps by the mean of the K updates in the buffer times the server's rate,
# here alpha, so that updates of 1 at a rate of 1 move the model by 1. The package weighs each update by 1 / num_clients, as FedAsync does
# with its single one: a buffer of ten from a hundred clients moves the model by a tenth, and one of three from two clients, as
# in the project's own example for CIFAR-10, by half too much. Seen with Python 3.12, 2026-11-30, without staleness:
#
#   K 10: 10 clients 1.0, 20 clients 0.5, 100 clients 0.1; K 3: 2 clients 1.5 (the rule: 1.0)
#
# Fails if that changes (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" torch==2.13.0 omegaconf==2.4.0 \
  opacus==1.6.0 packaging==26.4
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" --no-deps appfl==1.12.0
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON' | tail -n 1
import torch
from appfl.algorithm.aggregator import FedBuffAggregator
from omegaconf import DictConfig


def step(size, clients):
    """How far the model goes when `size` updates of 1 have come, one after the other."""
    model = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.zeros_(model.weight)
    settings = {"K": size, "alpha": 1.0, "staleness_fn": "constant", "gradient_based": True, "optimize_memory": False}
    server = FedBuffAggregator(model, DictConfig(settings | {"num_clients": clients}))
    for client in range(clients):
        server.get_parameters(client_id=client)
    for turn in range(size):
        sent = server.aggregate(turn % clients, {"weight": -torch.ones(1, 1)})  # what to subtract
    return sent["weight"].item()


of_ten = ", ".join(f"{clients} clients {step(10, clients):.1f}" for clients in (10, 20, 100))
print(f"K 10: {of_ten}; K 3: 2 clients {step(3, 2):.1f} (the rule: 1.0)")
PYTHON
)
echo "$seen"
[ "$seen" = "K 10: 10 clients 1.0, 20 clients 0.5, 100 clients 0.1; K 3: 2 clients 1.5 (the rule: 1.0)" ]
