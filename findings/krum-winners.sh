#!/usr/bin/env bash
# byzfl 0.0.11, flwr 1.42.0, krum 0.9.1, qora-fl 0.4.0: Krum of the same updates has up to three winners.
#
# Krum (Blanchard et al. 2017) is one formula: the update with the lowest sum of squared distances to its m - f - 2 nearest
# others, so one winner is expected of 300 random rounds with 11 clients of 5 coordinates and f = 2. flwr (both classes) and
# krum agree in each of them; byzfl adds up the m - f - 1 nearest and has another winner in one round of eight, and qora-fl,
# whose rule is compiled, in nearly three of four. Seen with Python 3.12 (krum needs it: PYTHON=python3.12), 2026-11-29:
#
#   other than krum's of 300: byzfl 39, flwr old 0, flwr new 0, qora-fl 221
#
# Fails if that changes. A comparison of "Krum" across these packages compares three rules (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" torch==2.13.0 byzfl==0.0.11 flwr==1.42.0 krum==0.9.1 qora-fl==0.4.0
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import byzfl
import numpy as np
import qora
import torch
from flwr.app import ArrayRecord, RecordDict
from flwr.server.strategy.aggregate import aggregate_krum
from flwr.serverapp.strategy.multikrum import select_multikrum
from krum.primitives.aggregators.krum import Krum

F = 2


def old(rows):
    return aggregate_krum([([row], 1) for row in rows], F, 0)[0]


def new(rows):
    contents = [RecordDict({"model": ArrayRecord([row])}) for row in rows]
    return select_multikrum(contents, F, 1)[0]["model"].to_numpy_ndarrays()[0]


def compiled(rows):
    return qora.ByzantineAggregator(f"krum:{F}", 0.2).aggregate([row[None] for row in rows])


RULES = {
    "byzfl": lambda rows: byzfl.Krum(f=F)(rows.copy()),
    "flwr old": old,
    "flwr new": new,
    "qora-fl": compiled,
}


def winner(rows, given):
    return int(np.abs(rows - np.asarray(given).reshape(1, -1)).max(axis=1).argmin())


generator = np.random.default_rng(0)
others = dict.fromkeys(RULES, 0)
for _ in range(300):
    rows = generator.normal(size=(11, 5)).astype(np.float32)
    expected = winner(rows, Krum.aggregate(torch.tensor(rows), n=11, f=F))
    for name, rule in RULES.items():
        others[name] += winner(rows, rule(rows)) != expected
print("other than krum's of 300: " + ", ".join(f"{name} {count}" for name, count in others.items()))
PYTHON
)
echo "$seen"
[ "$seen" = "other than krum's of 300: byzfl 39, flwr old 0, flwr new 0, qora-fl 221" ]
