#!/usr/bin/env bash
# flwr 1.42.0, QFedAvg of flwr.server.strategy: q makes nothing fairer, since all clients get the same loss.
#
# q-FedAvg (Li et al. 2020, algorithm 2) weighs a client's update by the q-th power of that client's loss. The strategy takes one loss,
# the one that the server's evaluate_fn tells of the model, for all of them: the weights are equal at any q, which only makes
# the step shorter. flwr.serverapp.strategy.QFedAvg takes each client's own. Seen with Python 3.12, 2026-11-30, with two clients that
# move one coordinate each, by 1, and report losses of 4 and 1 (the server's is 2.5); the first one's part of the step:
#
#   old: q 0 50 %, q 1 50 %, q 2 50 %, q 5 50 %; new: q 0 50 %, q 1 80 %, q 2 94 %, q 5 100 %
#
# Fails if that changes. A sweep over q with the old class is one over the server's learning rate.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" flwr==1.42.0 numpy==2.5.5
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import logging

import numpy as np
from flwr.app import ArrayRecord, ConfigRecord, Message, MetricRecord, RecordDict
from flwr.common import Code, FitRes, Status, ndarrays_to_parameters, parameters_to_ndarrays
from flwr.server.client_manager import SimpleClientManager
from flwr.server.strategy import QFedAvg as OldQFedAvg
from flwr.serverapp.strategy import QFedAvg as NewQFedAvg
from flwr.supercore.task_identity import TaskIdentity

logging.disable(logging.CRITICAL)
TaskIdentity.run_id = TaskIdentity.node_id = TaskIdentity.task_id = 1  # as the simulation does
LOSSES, RATE = (4.0, 1.0), 0.1
CLIENTS = np.eye(2)  # the clients' models, from zeros


class Nodes(SimpleClientManager):
    def get_node_ids(self):
        return [1, 2]

    def sample(self, *_, **__):
        return []


def of_old(q):
    strategy = OldQFedAvg(q_param=q, qffl_learning_rate=RATE, evaluate_fn=lambda *_: (np.mean(LOSSES), {}))
    strategy.configure_fit(1, ndarrays_to_parameters([np.zeros(2)]), Nodes())
    replies = []
    for model, loss in zip(CLIENTS, LOSSES):
        replies.append((None, FitRes(Status(Code.OK, ""), ndarrays_to_parameters([model]), 1, {"train_loss": loss})))
    return parameters_to_ndarrays(strategy.aggregate_fit(1, replies, [])[0])[0]


def of_new(q):
    strategy = NewQFedAvg(client_learning_rate=RATE, q=q)
    strategy.configure_train(1, ArrayRecord([np.zeros(2)]), ConfigRecord(), Nodes())
    replies = []
    for model, loss in zip(CLIENTS, LOSSES):
        content = {"arrays": ArrayRecord([model]), "metrics": MetricRecord({"num-examples": 1, "train_loss": loss})}
        replies.append(Message(content=RecordDict(content), dst_node_id=1, message_type="train"))
    return strategy.aggregate_train(1, replies)[0].to_numpy_ndarrays()[0]


def parts(step_of):
    steps = {q: step_of(q) for q in (0, 1, 2, 5)}
    return ", ".join(f"q {q} {100 * step[0] / step.sum():.0f} %" for q, step in steps.items())


print(f"old: {parts(of_old)}; new: {parts(of_new)}")
PYTHON
)
echo "$seen"
[ "$seen" = "old: q 0 50 %, q 1 50 %, q 2 50 %, q 5 50 %; new: q 0 50 %, q 1 80 %, q 2 94 %, q 5 100 %" ]
