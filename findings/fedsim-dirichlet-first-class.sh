#!/usr/bin/env bash
# fedsim 0.9.0, BasicDataManager, rule "dir": every client gets about as much of the first class, whatever the concentration.
#
# A client's shares of the classes are to be a draw of Dirichlet(label_balance). The package adds the shares up to draw by them, and
# divides the running sums by their own sum, as one would the shares: they end far below 1, and a draw above their end is the first class.
# Until class 0 is used up it is everybody's most likely one; after that its part goes to the next. Seen with Python 3.12, 2026-11-30, for
# 10000 samples of ten classes, ten clients of 1000, label_balance 0.1, seed 0: the fewest and the most samples that a client has
#
#   of class 0: 82 to 119, of class 4: 2 to 686 (the same deal by the shares: 0 to 364, 0 to 518)
#
# Fails if that changes (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" torch==2.13.0 torchvision==0.28.0 scikit-learn==1.9.1 tqdm
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" --no-deps fedsim==0.9.0
seen=$(cd "$folder" && "$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import contextlib
import io
from types import SimpleNamespace

import numpy as np
from fedsim.distributed.data_management import BasicDataManager

CLASSES, CLIENTS, SIZE = 10, 10, 1000
LABELS = np.repeat(np.arange(CLASSES), SIZE)


class Labels(BasicDataManager):
    """The manager, on labels alone."""

    def make_datasets(self, root):
        return SimpleNamespace(targets=LABELS), SimpleNamespace(targets=LABELS[:0])

    def make_transforms(self):
        return {"train": None}, {}

    def partition_global_data(self, dataset):
        return {}


def of_package(concentration):
    with contextlib.redirect_stdout(io.StringIO()):
        manager = Labels(num_partitions=CLIENTS, rule="dir", label_balance=concentration, seed=0)
    parts = [manager.get_local_dataset(client)["train"].targets for client in range(CLIENTS)]
    return np.array([np.bincount(part, minlength=CLASSES) for part in parts])


def by_the_shares(concentration):
    generator = np.random.default_rng(0)
    shares = generator.dirichlet([concentration] * CLASSES, size=CLIENTS)
    left, counts = np.full(CLASSES, SIZE), np.zeros((CLIENTS, CLASSES), dtype=int)
    while left.any():
        client = generator.choice(np.flatnonzero(counts.sum(1) < SIZE))
        odds = shares[client] * (left > 0)
        odds = odds if odds.any() else left > 0
        label = generator.choice(CLASSES, p=odds / odds.sum())
        left[label] -= 1
        counts[client, label] += 1
    return counts


def told(counts, label):
    return f"{counts[:, label].min()} to {counts[:, label].max()}"


package, shares = of_package(0.1), by_the_shares(0.1)
print(f"of class 0: {told(package, 0)}, of class 4: {told(package, 4)}", end=" ")
print(f"(the same deal by the shares: {told(shares, 0)}, {told(shares, 4)})")
PYTHON
)
echo "$seen"
[ "$seen" = "of class 0: 82 to 119, of class 4: 2 to 686 (the same deal by the shares: 0 to 364, 0 to 518)" ]
