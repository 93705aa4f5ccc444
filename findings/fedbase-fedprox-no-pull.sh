#!/usr/bin/env bash
# fedbase 0.10.3, FedProx: the proximal term has no gradient, and the run is FedAvg's at any mu.
#
# FedProx (Li et al. 2020, which its page names) adds mu / 2 |w - w0|^2 to the client's loss. The package reads w from state_dict(), whose
# tensors are detached: the term is added to the loss and pulls nowhere. A client with the loss (w - 1)^2 / 2 that starts from 0
# ends at 1 / (1 + mu) by the rule. Seen with Python 3.12, 2026-11-30, after 500 full-batch steps at 0.1:
#
#   mu 0: 1.000 (the rule: 1.000); mu 1: 1.000 (the rule: 0.500); mu 10: 1.000 (the rule: 0.091)
#
# Fails if that changes (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" torch==2.13.0 scikit-learn==1.9.1
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" --no-deps fedbase==0.10.3
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
from functools import partial

import torch
from fedbase.nodes.node import node
from torch.utils.data import DataLoader, TensorDataset

# four times the same sample: no draw of samples matters
DATA = TensorDataset(torch.ones(4, 1), torch.ones(4, dtype=torch.long))
RATE, STEPS = 0.1, 500


class Line(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.w = torch.nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return (x * self.w).squeeze(1)


def half_square(outputs, targets):
    return ((outputs - targets) ** 2 / 2).mean()


def of_package(mu):
    client = node(0, torch.device("cpu"))
    client.assign_train(DataLoader(DATA, batch_size=4))
    client.assign_model(Line())
    client.assign_objective(half_square)
    client.assign_optim(torch.optim.SGD(client.model.parameters(), lr=RATE))
    client.local_update_steps(STEPS, partial(client.train_single_step_fedprox, reg_lam=mu, reg_model=Line()))
    return client.model.w.item()


def rule(mu):
    w = 0.0
    for _ in range(STEPS):
        w -= RATE * (w - 1 + mu * w)
    return w


torch.set_num_threads(1)
print("; ".join(f"mu {mu}: {of_package(mu):.3f} (the rule: {rule(mu):.3f})" for mu in (0, 1, 10)))
PYTHON
)
echo "$seen"
[ "$seen" = "mu 0: 1.000 (the rule: 1.000); mu 1: 1.000 (the rule: 0.500); mu 10: 1.000 (the rule: 0.091)" ]
