#!/usr/bin/env bash
# p2pfl 0.4.4, aggregator Scaffold: the first round's model is the first client's, plus the mean update.
#
# The server moves its model x by the server's rate times the mean of the clients' updates y_i - x (Karimireddy et al. 2020). In its
# first round the aggregator takes what the first of its models holds, which has been trained, for x: that client's update is in the
# result whole and is never taken back. Seen with Python 3.12, 2026-11-30, for three clients that start from 0, of which one sends 9
# and two 0, three rounds at the default rate of 0.1:
#
#   by the rule 0.3 0.6 0.9; the 9 in second place 0.3 0.6 0.9, in first place 9.3 9.6 9.9
#
# Fails if that changes. There is no SCAFFOLD here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" numpy==1.26.4 opendp==0.16.0 psutil==7.2.2 requests
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" --no-deps p2pfl==0.4.4
seen=$(cd "$folder" && "$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import os

import numpy as np
from p2pfl.learning.aggregators.scaffold import Scaffold
from p2pfl.learning.frameworks.p2pfl_model import P2PFLModel


class Number(P2PFLModel):
    """A model of one number."""

    def get_parameters(self):
        return self.numbers

    def set_parameters(self, params):
        self.numbers = [np.array(layer) for layer in params]


def trained(client, start, update):
    model = Number(None, params=[np.array([start + update])], num_samples=10, contributors=[f"client-{client}"])
    model.add_info("scaffold", {"delta_y_i": [np.array([update])], "delta_c_i": [np.zeros(1)]})
    return model


def of_package(updates):
    aggregator, x, models = Scaffold(), 0.0, []
    aggregator.set_addr("server")
    for _ in range(3):
        x = aggregator.aggregate([trained(client, x, update) for client, update in enumerate(updates)]).get_parameters()[0].item()
        models.append(x)
    return models


def told(models):
    return " ".join(f"{x:.1f}" for x in models)


rule = np.cumsum([0.1 * np.mean([9.0, 0.0, 0.0])] * 3)
second, first = told(of_package([0.0, 9.0, 0.0])), told(of_package([9.0, 0.0, 0.0]))
print(f"by the rule {told(rule)}; the 9 in second place {second}, in first place {first}", flush=True)
os._exit(0)  # the package's logger leaves a thread behind
PYTHON
)
echo "$seen"
[ "$seen" = "by the rule 0.3 0.6 0.9; the 9 in second place 0.3 0.6 0.9, in first place 9.3 9.6 9.9" ]
