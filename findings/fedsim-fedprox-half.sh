#!/usr/bin/env bash
# fedsim 0.9.0, FedProx: the proximal term pulls half as much as its mu says.
#
# FedProx (Li et al. 2020) adds mu / 2 |w - w0|^2 to the client's loss, whose gradient is mu (w - w0). The package adds to the gradient,
# and keeps the half: a run at mu is one at mu / 2. A client with the loss (w - 1)^2 / 2 that starts from 0 ends at 1 / (1 + mu) by the
# rule. Seen with Python 3.12, 2026-11-30, after 500 full-batch steps at 0.1:
#
#   mu 0: 1.000 (the rule: 1.000); mu 1: 0.667 (the rule: 0.500); mu 10: 0.167 (the rule: 0.091)
#
# Fails if that changes (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" torch==2.13.0 torchvision==0.28.0 scikit-learn==1.9.1 tqdm
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" --no-deps fedsim==0.9.0
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
from functools import partial

import torch
from fedsim.distributed.centralized import FedProx
from fedsim.utils import Storage
from torch.utils.data import TensorDataset

DATA = {"train": TensorDataset(torch.ones(4, 1), torch.ones(4))}  # four times the same sample: no draw of samples matters
RATE, STEPS = 0.1, 500


class Line(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.w = torch.nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return (x * self.w).squeeze(1)


class HalfSquare:
    log_freq = 1

    def __call__(self, outputs, targets):
        self.last = ((outputs - targets) ** 2 / 2).mean()
        return self.last

    def get_score(self):
        return self.last.item()

    def get_name(self):
        return "half square"


def of_package(mu):
    optimizer = partial(torch.optim.SGD, lr=RATE)
    message = {"model": Line(), "mu": mu}
    sent = FedProx.send_to_server(
        0, 0, Storage(), DATA, "train", {}, STEPS, HalfSquare(), 4, 4, optimizer, device="cpu", ctx=message
    )
    return sent["local_params"].item()


def rule(mu):
    w = 0.0
    for _ in range(STEPS):
        w -= RATE * (w - 1 + mu * w)
    return w


print("; ".join(f"mu {mu}: {of_package(mu):.3f} (the rule: {rule(mu):.3f})" for mu in (0, 1, 10)))
PYTHON
)
echo "$seen"
[ "$seen" = "mu 0: 1.000 (the rule: 1.000); mu 1: 0.667 (the rule: 0.500); mu 10: 0.167 (the rule: 0.091)" ]
