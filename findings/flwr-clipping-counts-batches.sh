#!/usr/bin/env bash
# flwr 1.42.0, DifferentialPrivacyServerSideFixedClipping: BatchNorm's counter of batches decides how far an update is clipped.
#
# An update of norm 0.14, below the bound of 1, is expected to pass as it is. The norm is taken over all arrays of the state dict, and
# num_batches_tracked grows by one with each batch: after 39 batches the norm is 39, and the weights move by a thirty-ninth. The
# more batches a client has, the less its weights count. Without BatchNorm the update passes. Seen with Python 3.12, 2026-11-30:
#
#   Linear: update of norm 0.14, model moves by 0.1400
#   Linear, BatchNorm1d: update of norm 0.14, model moves by 0.0036
#
# Fails if that changes. Here norms are those of trainable parameters (docs/same-name-other-rule.md).
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
from flwr.serverapp.strategy import DifferentialPrivacyServerSideFixedClipping, FedAvg
from flwr.supercore.task_identity import TaskIdentity

logging.disable(logging.CRITICAL)
TaskIdentity.run_id = TaskIdentity.node_id = TaskIdentity.task_id = 1  # as the simulation does


class Nodes:
    def get_node_ids(self):
        return [1, 2]


for layers in ([torch.nn.Linear(4, 4)], [torch.nn.Linear(4, 4), torch.nn.BatchNorm1d(4)]):
    network = torch.nn.Sequential(*layers)
    start = torch.nn.utils.parameters_to_vector(network.parameters()).detach()
    strategy = DifferentialPrivacyServerSideFixedClipping(FedAvg(), 0.0, 1.0, 2)
    list(strategy.configure_train(1, ArrayRecord(network.state_dict()), ConfigRecord(), Nodes()))
    for _ in range(39):  # an epoch of 39 batches that the statistics see
        network(torch.randn(64, 4))
    update = torch.ones_like(start) * 0.14 / len(start) ** 0.5
    torch.nn.utils.vector_to_parameters(start + update, network.parameters())
    content = {"arrays": ArrayRecord(network.state_dict()), "metrics": MetricRecord({"num-examples": 1})}
    replies = [Message(content=RecordDict(content), dst_node_id=i, message_type="train") for i in (1, 2)]
    arrays, _ = strategy.aggregate_train(1, replies)
    network.load_state_dict(arrays.to_torch_state_dict())
    moved = torch.nn.utils.parameters_to_vector(network.parameters()).detach() - start
    names = ", ".join(type(layer).__name__ for layer in layers)
    print(f"{names}: update of norm {update.norm():.2f}, model moves by {moved.norm():.4f}")
PYTHON
)
echo "$seen"
[ "$seen" = "$(printf 'Linear: update of norm 0.14, model moves by 0.1400\nLinear, BatchNorm1d: update of norm 0.14, model moves by 0.0036')" ]
