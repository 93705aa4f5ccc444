#!/usr/bin/env bash
# appfl 1.12.0, FedAvg with client_weights_mode "sample_size": parameters are weighted by samples, running statistics are not.
#
# FedAvg weights a client's model by its samples (McMahan et al. 2017). Given the model, the aggregator weights what are parameters of
# it, and takes the plain mean of everything else: of two clients the one with a tenth of the samples has half a say in BatchNorm's mean
# and variance, and the weights and the statistics of the model are of different mixtures. Without the model both are weighted. Seen
# with Python 3.12, 2026-11-30, for a BatchNorm layer that is 0 all over with 900 samples and 10 all over with 100:
#
#   with the model: weight 1.0, running mean 5.0, running variance 5.0; without it: 1.0, 1.0, 1.0
#
# Fails if that changes (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" torch==2.13.0 omegaconf==2.4.0 opacus==1.6.0 packaging==26.4
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" --no-deps appfl==1.12.0
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import torch
from appfl.algorithm.aggregator import FedAvgAggregator
from omegaconf import DictConfig

CLIENTS = {"large": (0.0, 900), "small": (10.0, 100)}  # what its layer is filled with, and its samples


def layer(value):
    return {name: torch.full_like(tensor, value) for name, tensor in torch.nn.BatchNorm1d(1).state_dict().items()}


def aggregate(model):
    aggregator = FedAvgAggregator(model, DictConfig({"client_weights_mode": "sample_size"}))
    for client, (_, samples) in CLIENTS.items():
        aggregator.set_client_sample_size(client, samples)
    mean = aggregator.aggregate({client: layer(value) for client, (value, _) in CLIENTS.items()})
    return [f"{mean[name].item():.1f}" for name in ("weight", "running_mean", "running_var")]


given = "weight {}, running mean {}, running variance {}".format(*aggregate(torch.nn.BatchNorm1d(1)))
print(f"with the model: {given}; without it: " + ", ".join(aggregate(None)))
PYTHON
)
echo "$seen"
[ "$seen" = "with the model: weight 1.0, running mean 5.0, running variance 5.0; without it: 1.0, 1.0, 1.0" ]
