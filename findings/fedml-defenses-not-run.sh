#!/usr/bin/env bash
# fedml 0.9.6, FedMLDefender: `defense_type: weak_dp` and `robust_learning_rate` are accepted, and every round is plain FedAvg.
#
# Both are in the package's list of defenses: noise on each client's model, and a step that goes back where too few signs agree (Ozdayi et
# al. 2021). The defender builds them, says that a defense is on, and is asked three times in a round: before, on and after aggregation.
# Both are in none of its three lists, so that all three leave the round as it is; only its `defend` runs them, which the server's base
# class never calls (of the simulators, MPI's FedAvg does). Seen with Python 3.11, 2026-11-30, for ten clients and 10,000 numbers:
#
#   weak_dp, noise of 1 on models of 0: deviation of the new model 0.000 (`defend`: 0.315, near 1 / sqrt(10));
#   robust_learning_rate, eight of ten have to agree and six do: 0.2 (`defend`: -0.2)
#
# Fails if that changes. Results under these names are those of no defense (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" \
  fedml==0.9.6 torch==2.13.0 torchvision==0.28.0 numpy==1.26.4 setuptools==80.9.0
seen=$(HOME="$folder" "$folder/venv/bin/python" - 2> /dev/null <<'PYTHON' | tail -n 2
from types import SimpleNamespace

import torch
from fedml.core.alg_frame.server_aggregator import ServerAggregator
from fedml.core.security.fedml_defender import FedMLDefender
from fedml.ml.aggregator.agg_operator import FedMLAggOperator

NUMBERS = 10_000
torch.manual_seed(0)


class Server(ServerAggregator):
    def get_model_params(self):
        return {"weight": torch.zeros(NUMBERS)}

    def set_model_params(self, model_parameters):
        pass

    def test(self, test_data, device, args):
        pass


def models(values):
    return [(1, {"weight": torch.full((NUMBERS,), value)}) for value in values]


def rounds(values, **defense):
    settings = SimpleNamespace(federated_optimizer="FedAvg", ml_engine="torch", enable_defense=True, **defense)
    defender = FedMLDefender.get_instance()
    defender.init(settings)
    assert defender.is_defense_enabled()
    server = Server(torch.nn.Linear(1, 1), settings)
    kept, clients = server.on_before_aggregation(models(values))
    assert len(clients) == len(values)
    run = server.on_after_aggregation(server.aggregate(kept))
    direct = defender.defend(models(values), FedMLAggOperator.agg, server.get_model_params())
    return run["weight"], direct["weight"]


run, direct = rounds([0.0] * 10, defense_type="weak_dp", stddev=1.0)
print(f"weak_dp, noise of 1 on models of 0: deviation of the new model {run.std():.3f} (`defend`: {direct.std():.3f});")
run, direct = rounds([1.0] * 6 + [-1.0] * 4, defense_type="robust_learning_rate", robust_threshold=8)
print(f"robust_learning_rate, eight of ten have to agree and six do: {run[0]:.1f} (`defend`: {direct[0]:.1f})")
PYTHON
)
echo "$seen"
[ "$seen" = "weak_dp, noise of 1 on models of 0: deviation of the new model 0.000 (\`defend\`: 0.315);
robust_learning_rate, eight of ten have to agree and six do: 0.2 (\`defend\`: -0.2)" ]
