#!/usr/bin/env bash
# fedscale 1.0, gradient_policy "fed-prox": the proximal term pushes clients away from the global model.
#
# FedProx (Li et al. 2020) adds mu / 2 |w - w0|^2 to the client's loss: each step goes back by rate mu (w - w0), and the larger mu is, the
# nearer a client stays. The package adds that to the weights after each step, with a plus. Seen with Python 3.12, 2026-11-30, for a
# linear model of two classes that starts from 0 and trains for 50 full-batch steps at 0.05, momentum 0.9 and a decay of 0.0005:
#
#   distance from the global model at mu 0: 3.59 (by the rule: 3.59); mu 0.1: 4.06 (by the rule: 1.64); mu 1: 16.46 (by the rule: 0.37)
#
# Fails if that changes (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" torch==2.13.0 numpy==2.4.6 overrides==7.7.0
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" --no-deps fedscale==1.0
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
from types import SimpleNamespace

import torch
from fedscale.cloud.execution.torch_client import TorchClient
from torch.utils.data import DataLoader, TensorDataset

torch.set_num_threads(1)
RATE, STEPS = 0.05, 50
IMAGES, LABELS = torch.eye(2).repeat(8, 1), torch.tensor([0, 1] * 8)


def zeros():
    model = torch.nn.Linear(2, 2, bias=False)
    torch.nn.init.zeros_(model.weight)
    return model


def of_package(mu):
    job = SimpleNamespace(
        client_id=1,
        task="cv",
        model="linear",
        tokenizer=None,
        gradient_policy="fed-prox",
        proxy_mu=mu,
        learning_rate=RATE,
        local_steps=STEPS,
        batch_size=len(LABELS),
        loss_decay=0.2,
    )
    client = TorchClient(SimpleNamespace(task="cv", use_cuda=False))
    model = zeros()
    result = client.train(DataLoader(TensorDataset(IMAGES, LABELS), batch_size=len(LABELS)), model, job)
    assert result["success"]
    return model.weight.norm().item()


def rule(mu):
    model = zeros()  # the global model is 0
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, momentum=0.9, weight_decay=5e-4)  # as the package's
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(IMAGES), LABELS) + mu / 2 * (model.weight**2).sum()
        loss.backward()
        optimizer.step()
    return model.weight.norm().item()


seen = "; ".join(f"mu {mu}: {of_package(mu):.2f} (by the rule: {rule(mu):.2f})" for mu in (0, 0.1, 1))
print(f"distance from the global model at {seen}")
PYTHON
)
echo "$seen"
expected="distance from the global model at mu 0: 3.59 (by the rule: 3.59); mu 0.1: 4.06 (by the rule: 1.64); "
[ "$seen" = "${expected}mu 1: 16.46 (by the rule: 0.37)" ]
