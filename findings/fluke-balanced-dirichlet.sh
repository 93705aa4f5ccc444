#!/usr/bin/env bash
# fluke-fl 0.8.1, label_dirichlet_skew(balanced=True): clients share samples, and some hold one twice.
#
# A division is expected to give each sample to one client at most, as it does with balanced=False. To make clients equally large, the
# small ones are filled up with samples that no client *before* them has: those of later clients, and their own a second time.
# Others are left to nobody. Seen with Python 3.12, 2026-11-30, for 2000 samples of ten classes and 20 clients at beta 0.1:
#
#   balanced=False: 2000 places, 2000 samples, 0 held twice by one client
#   balanced=True: 2000 places, 1714 samples, 15 held twice by one client
#
# Fails if that changes. Every sample has one client here (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" torch==2.13.0 fluke-fl==0.8.1
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON' | grep balanced
import numpy as np
import torch
from fluke.data import DataSplitter

labels = torch.tensor(np.random.default_rng(0).permutation(np.repeat(np.arange(10), 200)))
for balanced in (False, True):
    np.random.seed(0)
    held, _ = DataSplitter.label_dirichlet_skew(
        torch.zeros(2000, 1), labels, None, None, 20, beta=0.1, balanced=balanced
    )
    places = np.concatenate(held)
    twice = sum(len(one) - len(set(one.tolist())) for one in held)
    print(f"balanced={balanced}: {len(places)} places, {len(set(places.tolist()))} samples, {twice} held twice by one client")
PYTHON
)
echo "$seen"
[ "$seen" = "$(printf 'balanced=False: 2000 places, 2000 samples, 0 held twice by one client\nbalanced=True: 2000 places, 1714 samples, 15 held twice by one client')" ]
