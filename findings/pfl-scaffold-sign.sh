#!/usr/bin/env bash
# pfl 0.6.0 (pfl-research), SCAFFOLD: control variates have the wrong sign, and the drift that they are to cancel grows.
#
# A client's variate is an estimate of its gradient, (x - y) / (K lr) with x the model it got and y the one it trained, and each step is
# corrected by c - c_i (Karimireddy et al. 2020, whom the docstring names). The package puts y - x in it, with both options, and keeps
# c - c_i: each client is pushed to its own optimum. Two users with the losses (w + 1)^2 / 2 and 2 (w - 1)^2, whose sum is least at
# 0.6, five full-batch steps at 0.05 a round. Seen with Python 3.12, 2026-11-30:
#
#   w after 3 and 10 rounds: FedAvg 0.414 0.495, by the paper 0.500 0.600, option II 0.245 -16.696, option I 0.168 0.167
#
# Fails if that changes. There is no SCAFFOLD here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" torch==2.13.0 pfl==0.6.0
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import contextlib
import io

import numpy as np
import torch
from pfl.aggregate.simulate import SimulatedBackend
from pfl.algorithm.base import NNAlgorithmParams
from pfl.algorithm.federated_averaging import FederatedAveraging
from pfl.algorithm.scaffold import SCAFFOLD, SCAFFOLDParams
from pfl.callback.base import TrainingProcessCallback
from pfl.data.dataset import Dataset
from pfl.data.federated_dataset import FederatedDataset
from pfl.data.sampling import get_user_sampler
from pfl.data.user_state import InMemoryUserStateStorage
from pfl.hyperparam.base import NNTrainHyperParams
from pfl.metrics import Metrics
from pfl.model.pytorch import PyTorchModel

USERS = {"flat": (1.0, -1.0), "steep": (4.0, 1.0)}  # curvature and optimum
RATE, STEPS, ROUNDS = 0.05, 5, 10


class Parabola(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.w = torch.nn.Parameter(torch.zeros(1))

    def loss(self, curvature, optimum, eval=False):
        return (curvature * (self.w - optimum) ** 2 / 2).mean()

    def metrics(self, curvature, optimum, eval=True):
        return {}


class Models(TrainingProcessCallback):
    """The global model after each round."""

    def __init__(self):
        self.seen = []

    def after_central_iteration(self, aggregate_metrics, model, *, central_iteration):
        self.seen.append(model.pytorch_model.w.item())
        return False, Metrics()


def user_data(user):
    return Dataset([np.array([[number]], dtype=np.float32) for number in USERS[user]], user_id=user)


def of_package(algorithm, parameters, **more):
    module, models = Parabola(), Models()
    federation = FederatedDataset(user_data, get_user_sampler("minimize_reuse", list(USERS)))
    with contextlib.redirect_stdout(io.StringIO()):  # the package prints the metrics of each round
        algorithm.run(
            algorithm_params=parameters(
                central_num_iterations=ROUNDS, evaluation_frequency=ROUNDS, train_cohort_size=2, val_cohort_size=0, **more
            ),
            backend=SimulatedBackend(training_data=federation, val_data=None),
            model=PyTorchModel(module, torch.optim.SGD, torch.optim.SGD(module.parameters(), lr=1.0)),
            model_train_params=NNTrainHyperParams(local_num_epochs=STEPS, local_learning_rate=RATE, local_batch_size=None),
            callbacks=[models],
        )
    return models.seen


def option(gradient):
    return of_package(
        SCAFFOLD(), SCAFFOLDParams, population=2, use_gradient_as_control_variate=gradient, user_state_storage=InMemoryUserStateStorage()
    )


def by_the_paper():
    x, server, clients, models = 0.0, 0.0, dict.fromkeys(USERS, 0.0), []
    for _ in range(ROUNDS):
        trained, variates = [], {}
        for user, (curvature, optimum) in USERS.items():
            y = x
            for _ in range(STEPS):
                y -= RATE * (curvature * (y - optimum) + server - clients[user])
            trained.append(y)
            variates[user] = clients[user] - server + (x - y) / (STEPS * RATE)
        server += np.mean([variates[user] - clients[user] for user in USERS])
        x, clients = np.mean(trained), variates
        models.append(x)
    return models


def told(name, models):
    return f"{name} {models[2]:.3f} {models[9]:.3f}"


models = [told("FedAvg", of_package(FederatedAveraging(), NNAlgorithmParams)), told("by the paper", by_the_paper())]
models += [told("option II", option(False)), told("option I", option(True))]
print("w after 3 and 10 rounds: " + ", ".join(models))
PYTHON
)
echo "$seen"
[ "$seen" = "w after 3 and 10 rounds: FedAvg 0.414 0.495, by the paper 0.500 0.600, option II 0.245 -16.696, option I 0.168 0.167" ]
