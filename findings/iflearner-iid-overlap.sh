#!/usr/bin/env bash
# iflearner 0.1.0, Sampler, method "iid": clients that are not called 0, 1, 2 ... share samples, and others are nobody's.
#
# An iid division deals every sample to one client. After each client the sampler takes out what the client *of that place* has, not
# the client of that name, and where there is none it takes out nothing: clients with names, as in the example at the end of its own
# file, draw from everything. A sample that was poisoned is then several clients'. Seen with Python 3.12, 2026-11-30, for 1000
# samples, numpy's seed 0:
#
#   10 clients by number: 1000 samples, 0 of several clients; by name: 652 samples, 265 of several clients
#
# Fails if that changes. Each sample has one client here (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" numpy==2.3.5
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" --no-deps iflearner==0.1.0
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
from collections import Counter

import numpy as np
from iflearner.datasets.sampler import Sampler


def told(clients):
    np.random.seed(0)
    division = Sampler(np.arange(1000) % 10, clients, "iid").client_index
    assert all(len(division[client]) == 100 for client in clients)
    owners = Counter(sample for client in clients for sample in division[client])
    return f"{len(owners)} samples, {sum(count > 1 for count in owners.values())} of several clients"


print(f"10 clients by number: {told(list(range(10)))}; by name: {told([f'client-{number}' for number in range(10)])}")
PYTHON
)
echo "$seen"
[ "$seen" = "10 clients by number: 1000 samples, 0 of several clients; by name: 652 samples, 265 of several clients" ]
