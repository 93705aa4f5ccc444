#!/usr/bin/env bash
# flwr-datasets 0.6.1, `IidPartitioner`: of data sorted by class each client gets one class.
#
# "Partitioner creates each partition sampled randomly from the dataset", so with ten clients and ten classes of data of one's own
# (`partitioner.dataset = ...`) each is expected to hold about all ten. It cuts the data into pieces as they lie. Only
# `FederatedDataset` shuffles before, which data of one's own do not pass. Seen with Python 3.11 and datasets 4.8.5, 2026-11-30
# (flower issue 7327, open):
#
#   classes of each of ten IID clients: 1 1 1 1 1 1 1 1 1 1; shuffled before: 10 10 10 10 10 10 10 10 10 10
#
# Fails if that changes. Our `iid` draws a permutation, whatever the order of the data (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" flwr-datasets==0.6.1 datasets==4.8.5
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
from datasets import Dataset
from flwr_datasets.partitioner import IidPartitioner


def classes(dataset):
    partitioner = IidPartitioner(num_partitions=10)
    partitioner.dataset = dataset
    return " ".join(str(len(set(partitioner.load_partition(client)["label"]))) for client in range(10))


given = Dataset.from_dict({"label": [label for label in range(10) for _ in range(100)]})
print(f"classes of each of ten IID clients: {classes(given)}; shuffled before: {classes(given.shuffle(seed=0))}")
PYTHON
)
echo "$seen"
[ "$seen" = "classes of each of ten IID clients: 1 1 1 1 1 1 1 1 1 1; shuffled before: 10 10 10 10 10 10 10 10 10 10" ]
