#!/usr/bin/env bash
# flwr 1.42.0, FedAvgM and FedAdam: BatchNorm's running variance gets momentum too, becomes negative, and the model says NaN.
#
# A server with momentum is expected to move the weights by it and to average what the clients measured. These strategies take
# every array of the state dict for a weight. Here inputs have a standard deviation of 0.1, so the variance of the global model
# has to fall from 1 to 0.01: momentum carries it below zero, in round 2 or 12. FedAvg stays positive. Seen with Python 3.12,
# 2026-11-30:
#
#   FedAvg: running variance at least 0.01, NaN in 0 of 20 rounds
#   FedAvgM: running variance at least -0.88, NaN in 10 of 20 rounds
#   FedAdam: running variance at least -0.27, NaN in 9 of 20 rounds
#
# Fails if that changes. Here steps of the server move trainable parameters only (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" torch==2.13.0 flwr==1.42.0
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import logging

import torch
from flwr.app import ArrayRecord, ConfigRecord, Message, MetricRecord, RecordDict
from flwr.serverapp.strategy import FedAdam, FedAvg, FedAvgM
from flwr.supercore.task_identity import TaskIdentity

logging.disable(logging.CRITICAL)
TaskIdentity.run_id = TaskIdentity.node_id = TaskIdentity.task_id = 1  # as the simulation does


class Nodes:
    def get_node_ids(self):
        return [1, 2]


def trained(arrays):
    """A client: 20 batches through the layer; its weights stay."""
    layer = torch.nn.BatchNorm1d(1)
    layer.load_state_dict(arrays.to_torch_state_dict())
    for _ in range(20):
        layer(0.1 * torch.randn(1000, 1))
    return ArrayRecord(layer.state_dict())


for strategy in (FedAvg(), FedAvgM(server_momentum=0.9), FedAdam()):
    torch.manual_seed(0)
    model, lowest, failed = ArrayRecord(torch.nn.BatchNorm1d(1).state_dict()), 1.0, 0
    for number in range(1, 21):
        replies = []
        for message in strategy.configure_train(number, model, ConfigRecord(), Nodes()):
            content = {"arrays": trained(model), "metrics": MetricRecord({"num-examples": 1})}
            replies.append(Message(content=RecordDict(content), dst_node_id=1, message_type="train"))
        model, _ = strategy.aggregate_train(number, replies)
        layer = torch.nn.BatchNorm1d(1).eval()
        layer.load_state_dict(model.to_torch_state_dict())
        lowest = min(lowest, layer.running_var.item())
        failed += layer(torch.zeros(1, 1)).isnan().item()
    print(f"{type(strategy).__name__}: running variance at least {lowest:.2f}, NaN in {failed} of 20 rounds")
PYTHON
)
echo "$seen"
[ "$seen" = "$(printf 'FedAvg: running variance at least 0.01, NaN in 0 of 20 rounds\nFedAvgM: running variance at least -0.88, NaN in 10 of 20 rounds\nFedAdam: running variance at least -0.27, NaN in 9 of 20 rounds')" ]
