#!/usr/bin/env bash
# appfl 1.12.0, FedAvg with use_secure_agg: the first round throws the model away and keeps the mean update in its place.
#
# Secure aggregation hides the clients' updates, and the sum that the server learns is that of plain FedAvg (Bonawitz et al. 2017): the
# model and the mean update. The aggregator adds the mean update to the model of the round before, which it has not got in the first
# round: it takes the update alone for the model, though it was given a model and sent it to the clients. A pretrained model is lost.
# Seen with Python 3.12, 2026-11-30, for a weight of 5 and two clients whose updates are 1 and 3, in three rounds:
#
#   plain 5.0 7.0 9.0 11.0, secure 5.0 2.0 4.0 6.0
#
# Fails if that changes. There is no secure aggregation here: most defenses look at single updates.
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
from appfl.privacy import SecureAggregator
from omegaconf import DictConfig

UPDATES = {"first": 1.0, "second": 3.0}
CPU = torch.device("cpu")


def sent(client, model, number, secure):
    """The trained model, or the masked update as VanillaTrainer makes it."""
    if not secure:
        return {"weight": model["weight"] + UPDATES[client]}
    masking = SecureAggregator(client, list(UPDATES), b"secret of the clients", CPU)
    flat, shapes = masking.mask_update({"weight": torch.full((1, 1), UPDATES[client])}, number)
    return {"type": "masked_update_flat", "flat": flat, "shapes": shapes, "num_examples": 10}


def told(secure):
    module = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.constant_(module.weight, 5.0)
    aggregator = FedAvgAggregator(module, DictConfig({"use_secure_agg": secure}))
    models = [aggregator.get_parameters()]
    for number in range(3):
        aggregator.aggregate({client: sent(client, models[-1], number, secure) for client in UPDATES})
        models.append(aggregator.get_parameters())
    return " ".join(f"{model['weight'].item():.1f}" for model in models)


print(f"plain {told(False)}, secure {told(True)}")
PYTHON
)
echo "$seen"
[ "$seen" = "plain 5.0 7.0 9.0 11.0, secure 5.0 2.0 4.0 6.0" ]
