#!/usr/bin/env bash
# substrafl 1.0.0, FedPCA: clients are weighted by their number of samples twice, so that a large one decides the components.
#
# The class documents C_j, "the covariance matrix" of a client's data around the global mean, and 1 / N sum n_j C_j v as the aggregate of the
# directions v, which converge to the eigenvectors of the global covariance matrix (Hartebrodt and Röttger 2022, algorithm 3).
# `TorchFedPCAAlgo` does not divide: its C_j is a sum over n_j samples, and the server weights it by n_j once more. A sample of a client that
# is nine times as large counts nine times. Seen with Python 3.11 and 3.12, 2026-11-30, after 20 rounds with one client of 900 samples (standard
# deviation 1 along the first of five features, 0.5 along the others) and nine of 100 (2 along the second, 0.5 along the others):
#
#   first component: 87 degrees from that of all samples, 18 % of the variance (theirs 61 %)
#   by hand, with n_j squared for n_j: 0 degrees from the package's; the same samples dealt to ten clients of 180: 0 degrees from that of all
#
# Fails if that changes. Here no features are reduced over clients (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" substrafl==1.0.0 torch==2.13.0 numpy==2.4.6
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import numpy as np
import torch
from substrafl.algorithms.pytorch import TorchFedPCAAlgo
from substrafl.strategies import FedPCA

FEATURES, ROUNDS = 5, 20


class Samples(torch.utils.data.Dataset):
    def __init__(self, data_from_opener, is_inference):
        self.rows = data_from_opener

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        return torch.tensor(self.rows[index], dtype=torch.float32), 0


class Algo(TorchFedPCAAlgo):
    def __init__(self):
        super().__init__(dataset=Samples, in_features=FEATURES, out_features=2, seed=1)


def package(clients):
    """What a run does, task by task: `_skip` has a task run here instead of being registered."""
    algos, strategy, state = [Algo() for _ in clients], FedPCA(algo=Algo()), None
    for number in range(ROUNDS):
        shared = [algo.train(data_from_opener=rows, shared_state=state, _skip=True) for algo, rows in zip(algos, clients)]
        average = strategy.avg_shared_states if number == 0 else strategy.avg_shared_states_with_qr
        state = average(shared_states=shared, _skip=True)
    algos[0].train(data_from_opener=clients[0], shared_state=state, _skip=True)
    return algos[0].eigen_vectors[0].numpy()


def by_hand(clients, power):
    mean = np.concatenate(clients).mean(axis=0)
    return np.linalg.eigh(sum(len(c) ** power * (c - mean).T @ (c - mean) / len(c) for c in clients))[1][:, -1]


def degrees(one, other):
    return f"{np.degrees(np.arccos(min(1, abs(one @ other)))):.0f} degrees"


generator = np.random.default_rng(0)
clients = [generator.normal(size=(900, FEATURES)) * [1, 0.5, 0.5, 0.5, 0.5]]
clients += [generator.normal(size=(100, FEATURES)) * [0.5, 2, 0.5, 0.5, 0.5] for _ in range(9)]
samples = np.concatenate(clients)
covariance, right, seen = np.cov(samples.T), by_hand(clients, 1), package(clients)
share, best = (f"{100 * v @ covariance @ v / np.trace(covariance):.0f} %" for v in (seen, right))
equal = np.split(generator.permutation(samples), 10)
print(f"first component: {degrees(seen, right)} from that of all samples, {share} of the variance (theirs {best})")
print(f"by hand, with n_j squared for n_j: {degrees(seen, by_hand(clients, 2))} from the package's;", end=" ")
print(f"the same samples dealt to ten clients of 180: {degrees(package(equal), right)} from that of all")
PYTHON
)
echo "$seen"
[ "$seen" = "first component: 87 degrees from that of all samples, 18 % of the variance (theirs 61 %)
by hand, with n_j squared for n_j: 0 degrees from the package's; the same samples dealt to ten clients of 180: 0 degrees from that of all" ]
