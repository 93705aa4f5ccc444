#!/usr/bin/env bash
# fluke-fl 0.8.1, FedDyn: the clients' and the server's corrections have the wrong sign, and the model runs away from the optimum.
#
# In FedDyn (Acar et al. 2021) client k lowers L_k(w) - <g_k, w> + alpha / 2 |w - w0|^2, then takes alpha (w_k - w0) off g_k, and the
# server takes the mean of g_k / alpha off the mean model: the fixed point is the optimum of all clients' loss, however long they train.
# The package adds alpha <g_k, w> to the loss and the mean of g_k to the model. Two clients have the losses w^2 and 9 (w - 1)^2, with the
# optimum of both at 0.9. Seen with Python 3.12, 2026-11-30, after rounds of 50 steps at 0.02:
#
#   mean model after 1, 10 and 30 rounds at alpha 1: 0.474, -3.98, -2.91e+06; by the rule: 0.474, 0.868, 0.9; FedAvg: 0.5, 0.535, 0.535
#
# Fails if that changes (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" torch==2.13.0 fluke-fl==0.8.1
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON' | tail -n 1
import torch
from fluke import DDict
from fluke.algorithms.fedavg import FedAVG
from fluke.algorithms.feddyn import FedDyn, FedDynClient, FedDynServer
from fluke.client import Client
from fluke.config import OptimizerConfigurator
from fluke.data import FastDataLoader
from fluke.server import Server

torch.set_num_threads(1)
RATE, STEPS = 0.02, 50
DATA = (1.0, 0.0), (3.0, 3.0)  # client k lowers (x w - y)^2


def of_package(rounds, algorithm, client, server, **options):
    model = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.zeros_(model.weight)
    clients = [
        client(
            index=i,
            train_set=FastDataLoader(torch.full((4, 1), x), torch.full((4, 1), y), num_labels=1, batch_size=4),
            test_set=None,
            optimizer_cfg=OptimizerConfigurator(DDict(name="SGD", lr=RATE), DDict(name="StepLR", step_size=1, gamma=1)),
            loss_fn=torch.nn.MSELoss(),
            local_epochs=STEPS,
            clipping=0,
            **options,
        )
        for i, (x, y) in enumerate(DATA)
    ]
    run = algorithm(len(clients), None, None, clients=clients, server=server(model, None, clients))
    run.run(rounds, 1.0)
    return run.server.model.weight.item()


def rule(rounds, alpha):
    sent, corrections = 0.0, [0.0, 0.0]
    for _ in range(rounds):
        trained = []
        for k, (x, y) in enumerate(DATA):
            w = sent
            for _ in range(STEPS):
                w -= RATE * (2 * x * (x * w - y) - corrections[k] + alpha * (w - sent))
            corrections[k] -= alpha * (w - sent)
            trained.append(w)
        average = sum(trained) / 2
        sent = average - sum(corrections) / 2 / alpha
    return average


def of_each(values):
    return ", ".join(f"{value:.3g}" for value in values)


ROUNDS = 1, 10, 30
dyn = of_each(of_package(n, FedDyn, FedDynClient, FedDynServer, alpha=1.0) for n in ROUNDS)
average = of_each(of_package(n, FedAVG, Client, Server) for n in ROUNDS)
by_rule = of_each(rule(n, 1.0) for n in ROUNDS)
print(f"mean model after 1, 10 and 30 rounds at alpha 1: {dyn}; by the rule: {by_rule}; FedAvg: {average}")
PYTHON
)
echo "$seen"
expected="mean model after 1, 10 and 30 rounds at alpha 1: 0.474, -3.98, -2.91e+06; by the rule: 0.474, 0.868, 0.9; "
[ "$seen" = "${expected}FedAvg: 0.5, 0.535, 0.535" ]
