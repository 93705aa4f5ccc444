#!/usr/bin/env bash
# fl4health 0.4.2, gaussian_noisy_weighted_aggregate: the weighted average of the updates is divided by the number of clients again.
#
# McMahan et al. 2018 (its docstring names the paper) add up w_k times the update of client k and divide by q W, with q the share
# that takes part and W the sum of all weights: without noise, and with everybody in the round, the weighted mean. Ten clients with
# equal updates of 1 are expected to give 1, as the unweighted function does, and give 0.1; a hundred give 0.01. Whoever turns
# weighted_aggregation on in ClientLevelDPFedAvgM trains with a learning rate divided by the size of the round. Seen with
# Python 3.10 (it needs it: PYTHON=python3.10), 2026-11-30:
#
#   equal updates of 1, unweighted: 1.00 of 10 clients, 1.00 of 100
#   equal updates of 1, weighted: 0.10 of 10 clients, 0.01 of 100
#
# Fails if that changes. Equal updates give themselves here, with every rule (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" flwr==1.18.0 "numpy<2"
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" --no-deps fl4health==0.4.2
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import numpy as np
from fl4health.strategies.noisy_aggregate import gaussian_noisy_unweighted_aggregate as unweighted
from fl4health.strategies.noisy_aggregate import gaussian_noisy_weighted_aggregate as weighted


def results(clients):
    """Updates of 1, each of 30 samples."""
    return [([np.ones(1)], 30) for _ in range(clients)]


def mean(clients):
    return unweighted(results(clients), 0.0, 1.0)[0][0]


def weighted_mean(clients):
    # Cap and total weight as ClientLevelDPFedAvgM has them by default: all samples, and 1.
    return weighted(results(clients), 0.0, 1.0, 1.0, 30.0 * clients, 1.0)[0][0]


print(f"equal updates of 1, unweighted: {mean(10):.2f} of 10 clients, {mean(100):.2f} of 100")
print(f"equal updates of 1, weighted: {weighted_mean(10):.2f} of 10 clients, {weighted_mean(100):.2f} of 100")
PYTHON
)
echo "$seen"
[ "$seen" = "$(printf 'equal updates of 1, unweighted: 1.00 of 10 clients, 1.00 of 100\nequal updates of 1, weighted: 0.10 of 10 clients, 0.01 of 100')" ]
