#!/usr/bin/env bash
# pfl 0.6.0 (pfl-research), user sampler "random": a round has a user more than once.
#
# A cohort of 30 of 100 users is expected to be 30 users, a random set of clients as in McMahan et al. 2017. The sampler
# draws each place on its own: a user is trained twice from the same model in one round and counts twice in the sum, and the
# round has fewer users than its cohort size says. Seen with Python 3.12, 2026-11-30, in 200 rounds at each size:
#
#   of 100 users a cohort of 10 has 9.5 different ones, of 30 26.2, of 100 63.1; of 1000 rounds with 30 of 3383, 116 repeat one
#
# Fails if that changes. A round here samples clients without replacement (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" torch==2.13.0 pfl==0.6.0
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import numpy as np
from pfl.data.dataset import Dataset
from pfl.data.federated_dataset import FederatedDataset
from pfl.data.sampling import get_user_sampler


def different(users, cohort, rounds):
    """How many different users each round has."""
    np.random.seed(0)
    federation = FederatedDataset(lambda user: Dataset([], user_id=str(user)), get_user_sampler("random", range(users)))
    return np.array([len({data.user_id for data, _ in federation.get_cohort(cohort)}) for _ in range(rounds)])


ten, thirty, all_ = (different(100, cohort, 200).mean() for cohort in (10, 30, 100))
print(f"of 100 users a cohort of 10 has {ten:.1f} different ones, of 30 {thirty:.1f}, of 100 {all_:.1f};", end=" ")
print(f"of 1000 rounds with 30 of 3383, {(different(3383, 30, 1000) < 30).sum()} repeat one")
PYTHON
)
echo "$seen"
[ "$seen" = "of 100 users a cohort of 10 has 9.5 different ones, of 30 26.2, of 100 63.1; of 1000 rounds with 30 of 3383, 116 repeat one" ]
