#!/usr/bin/env bash
# rliable 1.2.0, get_interval_estimates: random_state changes nothing, the resamples come from numpy's global generator.
#
# "If specified, ensures reproducibility", says its documentation: calls with the same state are expected to give the same interval, and
# calls with different states different ones. Seen with Python 3.12 and arch 7.2.0, 2026-11-30, with accuracies of five seeds on three
# tasks, 500 resamples each:
#
#   the same interval from the same state: False; from two states after the same global seed: True
#
# Fails if that changes (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export OMP_NUM_THREADS=1 MPLBACKEND=Agg MPLCONFIGDIR="$folder/matplotlib"
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" rliable==1.2.0 arch==7.2.0 pandas==2.3.3 numpy==2.4.6
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import numpy as np
from rliable.library import get_interval_estimates
from rliable.metrics import aggregate_mean

ACCURACIES = {"krum": np.random.default_rng(0).normal(70, 3, (5, 3))}  # seeds, tasks


def interval(state):
    _, found = get_interval_estimates(
        ACCURACIES, lambda scores: np.array([aggregate_mean(scores)]), reps=500, random_state=np.random.RandomState(state)
    )
    return found["krum"].ravel().tolist()


def after_global_seed(state):
    np.random.seed(7)
    return interval(state)


print(
    f"the same interval from the same state: {interval(1) == interval(1)}; "
    f"from two states after the same global seed: {after_global_seed(1) == after_global_seed(2)}"
)
PYTHON
)
echo "$seen"
[ "$seen" = "the same interval from the same state: False; from two states after the same global seed: True" ]
