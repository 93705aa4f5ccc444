#!/usr/bin/env bash
# byzfl 0.0.11, Clipping and ARC: they clip the caller's own updates, if these come as one array.
#
# A rule is expected to give the clipped vectors back and to leave the updates alone, as NNM and every aggregator do. A numpy array
# and a float32 tensor are overwritten; a list of vectors and a float64 tensor are not. Whoever runs rules in turn over one array
# tests those after Clipping on clipped updates: here a mean of updates of norm 10 has norm 2 after it, which Clipping(2.0) was
# only to look at. Seen with Python 3.12, 2026-11-30:
#
#   Clipping overwrites: numpy array, float32 tensor; the mean's norm 10.0 before, 2.0 after
#   ARC overwrites: numpy array, float32 tensor; the mean's norm 10.0 before, 8.0 after
#
# Fails if that changes. Our rules are checked for it (docs/same-name-other-rule.md), and byzfl's run on a copy here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" torch==2.13.0 byzfl==0.0.11
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import byzfl
import numpy as np
import torch

UPDATES = np.zeros((10, 4))
UPDATES[:, 0] = [8.0] * 8 + [18.0] * 2
FORMS = {
    "numpy array": lambda: UPDATES.copy(),
    "list of arrays": lambda: list(UPDATES.copy()),
    "float32 tensor": lambda: torch.tensor(UPDATES, dtype=torch.float32),
    "float64 tensor": lambda: torch.tensor(UPDATES),
}


def mean_norm(updates):
    return float(np.linalg.norm(np.mean([np.asarray(update) for update in updates], axis=0)))


for rule in (byzfl.Clipping(2.0), byzfl.ARC(f=2)):
    overwritten, after = [], []
    for name, made in FORMS.items():
        updates = made()
        rule(updates)
        if abs(mean_norm(updates) - mean_norm(UPDATES)) > 1e-6:
            overwritten.append(name)
            after.append(mean_norm(updates))
    assert np.ptp(after) < 1e-5
    print(f"{type(rule).__name__} overwrites: {', '.join(overwritten)}; ", end="")
    print(f"the mean's norm {mean_norm(UPDATES):.1f} before, {after[0]:.1f} after")
PYTHON
)
echo "$seen"
[ "$seen" = "$(printf 'Clipping overwrites: numpy array, float32 tensor; the mean'\''s norm 10.0 before, 2.0 after\nARC overwrites: numpy array, float32 tensor; the mean'\''s norm 10.0 before, 8.0 after')" ]
