#!/usr/bin/env bash
# fedml 0.9.6, RFADefense and GeometricMedianDefense: with equal numbers of samples the geometric median is the first client's update.
#
# RFA (Pillutla et al. 2022, which the package names) takes the geometric median of all updates, weighted by samples. The package puts the
# numbers of samples into a *set*: equal numbers become one, and where the weights end, the updates end too. Of ten clients with as many
# samples each one update is left. The geometric median of the means of batches (Chen et al. 2017) has its batches' samples in a set as
# well. Seen with Python 3.11, 2026-11-30, for ten updates of 20 numbers, of length 1; the length of what comes out is
#
#   RFA: 1.00 (by hand: 0.27), exactly the first update: True; two numbers of samples, five clients each: 1.00 (by hand: 0.29);
#   geometric median of five batches: 0.70 (by hand: 0.27), exactly the first batch's mean: True
#
# Fails if that changes. RFA here gives every client its weight (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" \
  fedml==0.9.6 torch==2.13.0 torchvision==0.28.0 numpy==1.26.4 setuptools==80.9.0
seen=$(HOME="$folder" "$folder/venv/bin/python" - 2> /dev/null <<'PYTHON' | tail -n 3
from types import SimpleNamespace

import numpy as np
import torch
from fedml.core.security.defense.geometric_median_defense import GeometricMedianDefense
from fedml.core.security.defense.RFA_defense import RFADefense

CLIENTS, BATCHES = 10, 5
SETTINGS = {"training_type": "simulation", "backend": "sp", "using_gpu": False}
UPDATES = np.random.default_rng(0).normal(size=(CLIENTS, 20))
UPDATES /= np.linalg.norm(UPDATES, axis=1, keepdims=True)
MEANS = UPDATES.reshape(BATCHES, -1, 20).mean(axis=1)


def by_package(defense, samples):
    clients = [(count, {"weight": torch.tensor(update)}) for count, update in zip(samples, UPDATES)]
    return defense.defend_on_aggregation(clients)["weight"].numpy()


def by_hand(updates, samples):
    shares = np.divide(samples, np.sum(samples))
    point = shares @ updates
    for _ in range(1000):
        weights = shares / np.maximum(np.linalg.norm(updates - point, axis=1), 1e-5)
        point = weights / weights.sum() @ updates
    return np.linalg.norm(point)


rfa = RFADefense(SimpleNamespace(**SETTINGS))
batches = GeometricMedianDefense(
    SimpleNamespace(byzantine_client_num=1, client_num_per_round=CLIENTS, batch_num=BATCHES)
)
equal, two = [100] * CLIENTS, [100, 200] * (CLIENTS // 2)
one, other, third = by_package(rfa, equal), by_package(rfa, two), by_package(batches, equal)
print(
    f"RFA: {np.linalg.norm(one):.2f} (by hand: {by_hand(UPDATES, equal):.2f}), "
    f"exactly the first update: {np.allclose(one, UPDATES[0], rtol=1e-6)};"
)
print(f"two numbers of samples, five clients each: {np.linalg.norm(other):.2f} (by hand: {by_hand(UPDATES, two):.2f});")
print(
    f"geometric median of five batches: {np.linalg.norm(third):.2f} (by hand: {by_hand(MEANS, [200] * BATCHES):.2f}), "
    f"exactly the first batch's mean: {np.allclose(third, MEANS[0], rtol=1e-6)}"
)
PYTHON
)
echo "$seen"
[ "$seen" = "RFA: 1.00 (by hand: 0.27), exactly the first update: True;
two numbers of samples, five clients each: 1.00 (by hand: 0.29);
geometric median of five batches: 0.70 (by hand: 0.27), exactly the first batch's mean: True" ]
