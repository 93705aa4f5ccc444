#!/usr/bin/env bash
# fluke-fl 0.8.1, FedNova, and SCAFFOLD with a global_step: clients that change nothing make the model longer or shorter.
#
# FedNova (Wang et al. 2020) and SCAFFOLD (Karimireddy et al. 2020) scale the clients' updates: x + tau_eff sum p_i (x_i - x) / tau_i and
# x + global_step (mean of x_i - x). The package takes the factors of the updates for weights of the models, which its averaging expects
# to sum to 1 ("weights already sum to 1"). FedNova's sum is above 1 as soon as clients take different numbers of steps, which is what it
# is for. Two clients have 900 and 100 samples, batches of 10, and data that a weight of 1 fits: it is expected to stay 1. Seen with
# Python 3.12, 2026-11-30, after one round:
#
#   clients come back with 1.00 and 1.00; FedNova's model 2.78, weighted by samples 1.64; SCAFFOLD's at a global_step of 0.5 0.50
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
from fluke.algorithms.fednova import FedNova, FedNovaClient, FedNovaServer
from fluke.algorithms.scaffold import SCAFFOLD, SCAFFOLDClient, SCAFFOLDServer
from fluke.config import OptimizerConfigurator
from fluke.data import FastDataLoader

torch.set_num_threads(1)
SAMPLES = 900, 100


def after_a_round(algorithm, client, server, **options):
    model = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.ones_(model.weight)
    clients = [
        client(
            index=i,
            train_set=FastDataLoader(torch.ones(n, 1), torch.ones(n, 1), num_labels=1, batch_size=10),
            test_set=None,
            optimizer_cfg=OptimizerConfigurator(DDict(name="SGD", lr=0.1), DDict(name="StepLR", step_size=1, gamma=1)),
            loss_fn=torch.nn.MSELoss(),
            local_epochs=1,
        )
        for i, n in enumerate(SAMPLES)
    ]
    server = server(model, None, clients, **options)
    aggregate = server.aggregate

    def noted(eligible, models):
        models = list(models)
        trained.extend(one.weight.item() for one in models)
        aggregate(eligible, models)

    server.aggregate = noted
    algorithm(len(clients), None, None, clients=clients, server=server).run(1, 1.0)
    return server.model.weight.item()


trained = []
nova = FedNova, FedNovaClient, FedNovaServer
plain, weighted = (after_a_round(*nova, weighted=by_samples) for by_samples in (False, True))
scaffold = after_a_round(SCAFFOLD, SCAFFOLDClient, SCAFFOLDServer, global_step=0.5)
print(
    f"clients come back with {min(trained):.2f} and {max(trained):.2f}; FedNova's model {plain:.2f}, "
    f"weighted by samples {weighted:.2f}; SCAFFOLD's at a global_step of 0.5 {scaffold:.2f}"
)
PYTHON
)
echo "$seen"
expected="clients come back with 1.00 and 1.00; FedNova's model 2.78, weighted by samples 1.64; "
[ "$seen" = "${expected}SCAFFOLD's at a global_step of 0.5 0.50" ]
