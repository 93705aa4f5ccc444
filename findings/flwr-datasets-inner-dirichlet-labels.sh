#!/usr/bin/env bash
# flwr-datasets 0.6.1, InnerDirichletPartitioner: a class that is numbered from 1 on leaves the last class to nobody.
#
# Clients of equal sizes are expected to share the classes that the data has, whatever their numbers, as DirichletPartitioner's do. This
# partitioner counts the classes and takes them for 0, 1, 2 ...: of EMNIST's letters, which torchvision numbers from 1 to 26, it gives
# no client a z, and says nothing. Where clients are to hold all samples, it ends with "Probabilities contain NaN".
# Seen with Python 3.12, 2026-11-30, for 100 samples of each of 26 classes, 20 clients of 117 and alpha 0.5; clients hold of the classes
#
#   from 0: first 94, last 100; from 1: first 100, last 0; DirichletPartitioner, from 1: first 100, last 100
#
# Fails if that changes. Labels here are read from the data, whatever their numbers (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" flwr-datasets==0.6.1
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import numpy as np
from datasets import Dataset
from flwr_datasets.partitioner import DirichletPartitioner, InnerDirichletPartitioner

CLIENTS, CLASSES, EACH = 20, 26, 100


def held(partitioner, first):
    """How many samples of the first and of the last class the clients hold."""
    labels = np.random.default_rng(0).permutation(np.repeat(np.arange(first, first + CLASSES), EACH))
    partitioner.dataset = Dataset.from_dict({"label": labels.tolist()})
    of_all = np.concatenate([partitioner.load_partition(client)["label"] for client in range(CLIENTS)])
    return f"first {(of_all == first).sum()}, last {(of_all == first + CLASSES - 1).sum()}"


def inner():
    return InnerDirichletPartitioner(partition_sizes=[117] * CLIENTS, partition_by="label", alpha=0.5, seed=42)


other = DirichletPartitioner(num_partitions=CLIENTS, partition_by="label", alpha=0.5, seed=42)
print(f"from 0: {held(inner(), 0)}; from 1: {held(inner(), 1)}; DirichletPartitioner, from 1: {held(other, 1)}")
PYTHON
)
echo "$seen"
[ "$seen" = "from 0: first 94, last 100; from 1: first 100, last 0; DirichletPartitioner, from 1: first 100, last 100" ]
