#!/usr/bin/env bash
# byzfl 0.0.11, flwr 1.42.0, krum 0.9.1, qora-fl 0.4.0: Multi-Krum, left at its defaults, averages 9, 1, 5 or 3 of ten updates.
#
# One number of averaged updates is expected of one name, say m - f. byzfl takes m - f, krum m - 2 f - 3, qora-fl three, and
# flwr's function with the default of its class (keep 0) one, which is Krum. Seen for ten clients and f = 1 with Python 3.12
# (krum needs it: PYTHON=python3.12), 2026-11-29:
#
#   averaged of ten: byzfl 9, flwr 1, krum 5, qora-fl 3
#
# Fails if that changes. How many clients a defense keeps decides what an attacker gets through (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" torch==2.13.0 byzfl==0.0.11 flwr==1.42.0 krum==0.9.1 qora-fl==0.4.0
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import inspect
import itertools

import byzfl
import numpy as np
import qora
import torch
from flwr.server.strategy import Krum
from flwr.server.strategy.aggregate import aggregate_krum
from krum.primitives.aggregators.multikrum import MultiKrum

rows = np.random.default_rng(0).normal(size=(10, 6)).astype(np.float32)
keep = inspect.signature(Krum).parameters["num_clients_to_keep"].default
given = {
    "byzfl": byzfl.MultiKrum(f=1)(rows.copy()),
    "flwr": aggregate_krum([([row], 1) for row in rows], 1, keep)[0],
    "krum": MultiKrum.aggregate(torch.tensor(rows), n=10, f=1),
    "qora-fl": qora.ByzantineAggregator("multi_krum", 0.2).aggregate([row[None] for row in rows]),
}


def averaged(mean):
    """How many of the updates have this mean."""
    for count in range(1, 11):
        for chosen in itertools.combinations(rows, count):
            if np.allclose(np.mean(chosen, axis=0), np.asarray(mean).ravel(), atol=1e-6):
                return count


print("averaged of ten: " + ", ".join(f"{name} {averaged(mean)}" for name, mean in given.items()))
PYTHON
)
echo "$seen"
[ "$seen" = "averaged of ten: byzfl 9, flwr 1, krum 5, qora-fl 3" ]
