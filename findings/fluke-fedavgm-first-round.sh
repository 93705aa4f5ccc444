#!/usr/bin/env bash
# fluke-fl 0.8.1, FedAVGM: the first round is thrown away.
#
# Hsu et al. 2019 (its docstring names the paper) have v = beta v + update from v = 0, so the first round is expected to be FedAvg's.
# Here v is set to zero in the first round and the round's update is not added: the clients have trained, and the global model is
# what it was before. From the second round on it is the paper's rule. Seen with Python 3.12, 2026-11-30:
#
#   model after rounds with updates of 1: 0.0, 1.0, 2.9; of the paper's rule: 1.0, 2.9, 5.6
#
# Fails if that changes. Our fedavgm's first step is the update (docs/same-name-other-rule.md).
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
from fluke.algorithms.fedavgm import FedAVGMServer

model = torch.nn.Linear(1, 1, bias=False)
torch.nn.init.zeros_(model.weight)
clients = [SimpleNamespace(index=i, n_examples=10) for i in range(2)]
server = FedAVGMServer(model, None, clients, momentum=0.9)
seen, expected, velocity, place = [], [], 0.0, 0.0
for _ in range(3):
    trained = [deepcopy(server.model) for _ in clients]
    for one in trained:
        one.weight.data += 1
    server.aggregate(clients, trained)
    seen.append(f"{server.model.weight.item():.1f}")
    velocity = 0.9 * velocity + 1
    place += velocity
    expected.append(f"{place:.1f}")
print(f"model after rounds with updates of 1: {', '.join(seen)}; of the paper's rule: {', '.join(expected)}")
PYTHON
)
echo "$seen"
[ "$seen" = "model after rounds with updates of 1: 0.0, 1.0, 2.9; of the paper's rule: 1.0, 2.9, 5.6" ]
