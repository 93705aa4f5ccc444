#!/usr/bin/env bash
# nvflare 2.9.0, Scaffold with fewer than all clients a round: the server's control variate is the clients' mean times all over those few.
#
# SCAFFOLD (Karimireddy et al. 2020, which it "Implements") adds to the server's variate the sum of the round's changes over the number of
# *all* clients, so that it stays the mean of theirs. The controller adds the mean over the clients that num_clients has drawn. With
# all in each round that is the rule; with two of ten it corrects every step by five times the mean. Ten clients with the losses
# (w - i)^2 / 2, i from 0 to 9, five steps at 0.1 a round; the optimum is 4.5, and the rule is the paper's by hand with the same draws.
# Seen with Python 3.12, 2026-11-30:
#
#   server's variate over the clients' mean after 20 rounds: 10 of 10: 1.00; 2 of 10: 5.00
#   2 of 10, typical distance from the optimum in rounds 21 to 200: 0.054 (the rule: 0.014)
#
# Fails if that changes (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" torch==2.13.0 nvflare==2.9.0
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON' | tail -n 2
import copy
import logging
import random
from types import SimpleNamespace

import torch
from nvflare.apis.fl_constant import ReservedKey
from nvflare.apis.fl_context import FLContext
from nvflare.app_common.abstract.fl_model import FLModel, ParamsType
from nvflare.app_common.abstract.learnable_persistor import LearnablePersistor
from nvflare.app_common.abstract.model import make_model_learnable
from nvflare.app_common.app_constant import AlgorithmConstants
from nvflare.app_common.workflows.scaffold import Scaffold
from nvflare.app_opt.pt.scaffold import PTScaffoldHelper

logging.disable()
torch.set_num_threads(1)
ALL, RATE, STEPS = 10, 0.1, 5


class Zero(LearnablePersistor):
    def load(self, context):
        return make_model_learnable({"weight": torch.zeros(1, 1).numpy()}, {})

    def save(self, model, context):
        pass


class Client:
    def __init__(self, target):
        self.name, self.target = str(target), target
        self.model = torch.nn.Linear(1, 1, bias=False)
        self.helper = PTScaffoldHelper()
        self.helper.init(self.model)

    def train(self, sent):
        self.model.load_state_dict({name: torch.as_tensor(value) for name, value in sent.params.items()})
        received = copy.deepcopy(self.model)
        self.helper.load_global_controls(sent.meta[AlgorithmConstants.SCAFFOLD_CTRL_GLOBAL])
        controls = self.helper.get_params()
        for _ in range(STEPS):
            with torch.no_grad():
                self.model.weight -= RATE * (self.model.weight - self.target)
            self.helper.model_update(self.model, RATE, *controls)
        self.helper.terms_update(self.model, RATE, *controls, received)
        return FLModel(
            params_type=ParamsType.DIFF,
            params={"weight": (self.model.weight - received.weight).detach().numpy()},
            meta={AlgorithmConstants.SCAFFOLD_CTRL_DIFF: self.helper.get_delta_controls(), "client_name": self.name},
        )

    def control(self):
        return self.helper.c_local.state_dict()["weight"].item()


class InProcess(Scaffold):
    """The controller, with clients of this process."""

    def send_model_and_wait(self, targets, data):
        return [self.engine.get_clients()[int(name)].train(copy.deepcopy(data)) for name in targets]

    def save_model(self, model):
        self.models.append(model.params["weight"].item())


def of_package(drawn, rounds):
    """The models of all rounds, and the server's variate over the mean of the clients'."""
    random.seed(0)
    clients = [Client(target) for target in range(ALL)]
    engine = SimpleNamespace(get_clients=lambda: clients, get_component=lambda name: Zero(), fire_event=lambda *_: None)
    context = FLContext()
    context.set_prop(ReservedKey.ENGINE, engine, private=True, sticky=False)
    server = InProcess(num_clients=drawn, num_rounds=rounds)
    server.models = []
    server.initialize(context)
    server.run()
    mean = sum(client.control() for client in clients) / ALL
    return server.models, server._global_ctrl_weights["weight"].item() / mean


def rule(drawn, rounds):
    random.seed(0)
    model, server, controls, models = 0.0, 0.0, [0.0] * ALL, []
    for _ in range(rounds):
        order = list(range(ALL))
        random.shuffle(order)
        step = change = 0.0
        for client in order[:drawn]:
            local = model
            for _ in range(STEPS):
                local -= RATE * (local - client - controls[client] + server)
            control = controls[client] - server + (model - local) / (STEPS * RATE)
            step, change = step + (local - model), change + (control - controls[client])
            controls[client] = control
        model, server = model + step / drawn, server + change / ALL
        models.append(model)
    return models


def distance(models):
    late = [(model - 4.5) ** 2 for model in models[20:]]
    return (sum(late) / len(late)) ** 0.5


shares = "; ".join(f"{drawn} of {ALL}: {of_package(drawn, 20)[1]:.2f}" for drawn in (10, 2))
print(f"server's variate over the clients' mean after 20 rounds: {shares}")
print(
    f"2 of {ALL}, typical distance from the optimum in rounds 21 to 200: {distance(of_package(2, 200)[0]):.3f} "
    f"(the rule: {distance(rule(2, 200)):.3f})"
)
PYTHON
)
echo "$seen"
[ "$seen" = "server's variate over the clients' mean after 20 rounds: 10 of 10: 1.00; 2 of 10: 5.00
2 of 10, typical distance from the optimum in rounds 21 to 200: 0.054 (the rule: 0.014)" ]
