#!/usr/bin/env bash
# flwr 1.42.0, run_simulation: the first round trains a part of the clients that were asked for.
#
# With num_supernodes=300, FedAvg(fraction_train=1.0, min_available_nodes=300) is expected to train 300 clients in every round. The
# nodes are still being registered when the server works out how many the fraction is; only then does it wait for all 300, and
# trains so many of them, without a warning. Seen with Python 3.12 and ray 2.55.1, 2026-11-29, with 2 to 67 clients in place of 300:
#
#   first round: fewer than 300 clients; second round: 300 clients
#
# With min_train_nodes=300 the first round has all. Fails if it has all without. Our rounds sample of all clients from the first on
# (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" "flwr[simulation]==1.42.0"
cat > "$folder/simulate.py" <<'PYTHON'
import numpy as np
from flwr.app import ArrayRecord, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp
from flwr.serverapp import ServerApp
from flwr.serverapp.strategy import FedAvg
from flwr.simulation import run_simulation

CLIENTS = 300
server, client, trained = ServerApp(), ClientApp(), []


@client.train()
def train(message, context):
    content = {"arrays": message.content["arrays"], "metrics": MetricRecord({"num-examples": 1})}
    return Message(content=RecordDict(content), reply_to=message)


class Counting(FedAvg):
    def aggregate_train(self, server_round, replies):
        replies = list(replies)
        trained.append(len(replies))
        return super().aggregate_train(server_round, replies)


@server.main()
def main(grid, context):
    strategy = Counting(fraction_train=1.0, fraction_evaluate=0.0, min_available_nodes=CLIENTS)
    strategy.start(grid, ArrayRecord([np.zeros(1)]), num_rounds=2)


run_simulation(server, client, num_supernodes=CLIENTS)
first, second = trained
part = f"fewer than {CLIENTS}" if first < CLIENTS else first
print(f"first round: {part} clients; second round: {second} clients")
PYTHON
seen=$("$folder/venv/bin/python" "$folder/simulate.py" 2> "$folder/log" | tail -n 1) || { tail -n 5 "$folder/log"; exit 1; }
echo "$seen"
[ "$seen" = "first round: fewer than 300 clients; second round: 300 clients" ]
