#!/usr/bin/env bash
# flwr 1.42.0, SecAgg and SecAgg+: clipping_range bounds a parameter times the client's examples, not the parameter.
#
# The workflow's text says that each model parameter is clipped to [-clipping_range, clipping_range], 8 by default. The client
# multiplies its parameters with its number of examples over max_weight (1000) before it clips them, so what it can send is bounded by 8
# only with 1000 examples and by more with fewer. Seen with Python 3.12, 2026-11-30, with 3 clients of which every parameter is 50 (the
# whole protocol run in one process):
#
#   aggregate with 1000 examples each: 8.0; 500: 16.0; 200: 40.0; 100: 50.0
#
# Fails if that changes. The same model comes through whole or cut depending on how much data the clients have.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" flwr==1.42.0 numpy==2.5.5
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import copy
import logging

import numpy as np
from flwr.app import ArrayRecord, ConfigRecord, Context, RecordDict
from flwr.client import ClientApp, NumPyClient
from flwr.client.mod import secaggplus_mod
from flwr.server import LegacyContext, ServerConfig, SimpleClientManager
from flwr.server.client_proxy import ClientProxy
from flwr.server.strategy import FedAvg
from flwr.server.workflow import SecAggPlusWorkflow
from flwr.server.workflow.constant import MAIN_CONFIGS_RECORD, MAIN_PARAMS_RECORD, Key
from flwr.supercore.task_identity import TaskIdentity

logging.disable(logging.CRITICAL)
TaskIdentity.run_id = TaskIdentity.node_id = TaskIdentity.task_id = 1  # as the simulation does
CLIENTS, VALUE = 3, 50.0


class Proxy(ClientProxy):
    def __init__(self, node):
        super().__init__(str(node))
        self.node_id = node

    get_properties = get_parameters = fit = evaluate = reconnect = None


class Fixed(NumPyClient):
    def __init__(self, examples):
        self.examples = examples

    def fit(self, parameters, config):
        return [np.full(3, VALUE)], self.examples, {}


def context(node):
    return Context(run_id=1, node_id=node, node_config={}, state=RecordDict(), run_config={})


class InProcess:
    """Hands every message to its client's app and back."""

    def __init__(self, examples):
        def client_fn(context: Context):
            return Fixed(examples).to_client()

        self.app = ClientApp(client_fn=client_fn, mods=[secaggplus_mod])
        self.contexts = {node: context(node) for node in range(1, CLIENTS + 1)}

    def send_and_receive(self, messages, timeout=None):
        replies = []
        for message in messages:
            TaskIdentity.node_id = node = message.metadata.dst_node_id
            replies.append(self.app(copy.deepcopy(message), self.contexts[node]))
        return replies


def aggregate(examples):
    manager = SimpleClientManager()
    for node in range(1, CLIENTS + 1):
        manager.register(Proxy(node))
    server = LegacyContext(context(0), ServerConfig(num_rounds=1), FedAvg(min_fit_clients=CLIENTS), manager)
    server.state.array_records[MAIN_PARAMS_RECORD] = ArrayRecord([np.zeros(3)])
    server.state.config_records[MAIN_CONFIGS_RECORD] = ConfigRecord({Key.CURRENT_ROUND: 1})
    SecAggPlusWorkflow(num_shares=CLIENTS, reconstruction_threshold=2)(InProcess(examples), server)
    return server.state.array_records[MAIN_PARAMS_RECORD].to_numpy_ndarrays()[0].mean()


most, half, fifth, tenth = (aggregate(examples) for examples in (1000, 500, 200, 100))
print(f"aggregate with 1000 examples each: {most:.1f}; 500: {half:.1f}; 200: {fifth:.1f}; 100: {tenth:.1f}")
PYTHON
)
echo "$seen"
[ "$seen" = "aggregate with 1000 examples each: 8.0; 500: 16.0; 200: 40.0; 100: 50.0" ]
