#!/usr/bin/env bash
# declearn 2.9.1: round_reset=True of the clients' momentum, and steps_weighted=False of GradientMaskedAveraging, do not reach the clients.
#
# "Flag to indicate if we reset the internal state (velocity) to its initial value every time a new round starts": the server sends its
# clients an optimizer and an aggregator, by their configuration, which leaves these two arguments out. The clients have the defaults, go
# on with the velocity of the round before, and weigh updates by steps. Seen with Python 3.12, 2026-11-30, with three rounds of five
# steps at 0.1 along a gradient of -1 and momentum 0.9, and with updates of 1 after nine steps and 3 after one:
#
#   rounds move by 1.31, 1.31, 1.31, as they are sent by 1.31, 2.82, 3.71; the average of the updates is 2.0, as it is sent 1.2
#
# Fails if that changes. Our clients start each round without a velocity (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" torch==2.13.0 declearn==2.9.1
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import torch
from declearn.aggregator import GradientMaskedAveraging
from declearn.messaging import InitRequest, SerializedMessage
from declearn.model.torch import TorchModel, TorchVector
from declearn.optimizer import Optimizer
from declearn.optimizer.modules import MomentumModule

torch.set_num_threads(1)


def zero_model():
    layer = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.zeros_(layer.weight)
    return TorchModel(layer, torch.nn.MSELoss())


def moves(optimizer):
    model, places = zero_model(), [0.0]
    for _ in range(3):
        optimizer.start_round()
        for _ in range(5):
            weights = model.get_weights()
            optimizer.apply_gradients(model, weights * 0 - 1.0)
        (weight,) = model.get_weights().coefs.values()
        places.append(weight.item())
    return ", ".join(f"{after - before:.2f}" for before, after in zip(places, places[1:]))


def average(of_client, of_server):
    first, second = (
        of_client.prepare_for_sharing(TorchVector({"w": torch.tensor([update])}), steps)
        for update, steps in ((1.0, 9), (3.0, 1))
    )
    return of_server.finalize_updates(first.aggregate(second)).coefs["w"].item()


optimizer = Optimizer(lrate=0.1, modules=[MomentumModule(beta=0.9, round_reset=True)])
aggregator = GradientMaskedAveraging(threshold=0.5, steps_weighted=False)
message = InitRequest(model=zero_model(), optim=optimizer, aggrg=aggregator).serialize()
received = SerializedMessage.from_bin_message(message).deserialize()
print(
    f"rounds move by {moves(optimizer)}, as they are sent by {moves(received.optim)}; the average of the updates is "
    f"{average(aggregator, aggregator):.1f}, as it is sent {average(received.aggrg, aggregator):.1f}"
)
PYTHON
)
echo "$seen"
expected="rounds move by 1.31, 1.31, 1.31, as they are sent by 1.31, 2.82, 3.71; "
[ "$seen" = "${expected}the average of the updates is 2.0, as it is sent 1.2" ]
