#!/usr/bin/env bash
# fedml 0.9.6, BulyanDefense: each coordinate is the average of one value fewer than Bulyan's beta; with nobody to distrust, one is dropped.
#
# Bulyan (El Mhamdi et al. 2018, which the package names) selects theta = n - 2 f updates and averages, in each coordinate, the beta =
# theta - 2 f values that are nearest to their median. The package averages beta - 1. With the fewest clients that are allowed, n = 4 f + 3,
# beta is 3, and the median and one neighbor are left; with f = 0 all n values are to be averaged. Seen with Python 3.11, 2026-11-30, for
# 100 rounds of 50 numbers:
#
#   f = 0, 10 clients: the mean of all in 0 of 100 rounds, of the nearest 9 in 100; f = 1, 7 clients: of beta = 3 in 0, of 2 in 100;
#   f = 2, 11 clients: of beta = 3 in 0, of 2 in 100
#
# Fails if that changes. Bulyan here averages beta (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" \
  fedml==0.9.6 torch==2.13.0 torchvision==0.28.0 numpy==1.26.4 setuptools==80.9.0
seen=$(HOME="$folder" "$folder/venv/bin/python" - 2> /dev/null <<'PYTHON' | tail -n 1
from types import SimpleNamespace

import numpy as np
import torch
from fedml.core.security.defense.bulyan_defense import BulyanDefense

ROUNDS = 100


def nearest(selected, count):
    far = np.abs(selected - np.median(selected, axis=0))
    return np.take_along_axis(selected, np.argsort(far, axis=0)[:count], axis=0).mean(axis=0)


def rounds(clients, attackers):
    generator = np.random.default_rng(0)
    defense = BulyanDefense(SimpleNamespace(byzantine_client_num=attackers, client_num_per_round=clients))
    beta = clients - 4 * attackers
    paper = fewer = 0
    for _ in range(ROUNDS):
        updates = generator.normal(size=(clients, 50))
        seen = defense.run([(1, {"weight": torch.tensor(update)}) for update in updates])["weight"].numpy()
        chosen, _, _ = defense._bulyan(updates, clients, attackers)  # theta of them, and all of them where attackers is 0
        assert len(set(chosen)) == clients - 2 * attackers
        paper += np.allclose(seen, nearest(updates[chosen], beta))
        fewer += np.allclose(seen, nearest(updates[chosen], beta - 1))
    return paper, fewer


(all_of, nine), (three, two), (third, second) = rounds(10, 0), rounds(7, 1), rounds(11, 2)
print(
    f"f = 0, 10 clients: the mean of all in {all_of} of {ROUNDS} rounds, of the nearest 9 in {nine}; "
    f"f = 1, 7 clients: of beta = 3 in {three}, of 2 in {two}; f = 2, 11 clients: of beta = 3 in {third}, of 2 in {second}"
)
PYTHON
)
echo "$seen"
[ "$seen" = "f = 0, 10 clients: the mean of all in 0 of 100 rounds, of the nearest 9 in 100;\
 f = 1, 7 clients: of beta = 3 in 0, of 2 in 100; f = 2, 11 clients: of beta = 3 in 0, of 2 in 100" ]
