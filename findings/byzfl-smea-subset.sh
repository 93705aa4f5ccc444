#!/usr/bin/env bash
# byzfl 0.0.11, SMEA: the subset that it averages is drawn by chance, and mostly has an attacker in it.
#
# SMEA (Allouah et al. 2023) averages the n - f updates whose covariance has the smallest maximum eigenvalue. The package's page says
# so too, with the eigenvalue "using the power method". Its power method is one step from an unseeded random vector, so the
# eigenvalue is noise: the subset of the exact eigenvalues is expected in (nearly) every round, and comes in one of eight. With two
# attackers of ten who stand apart the exact rule averages one of them in 11 of 100 rounds. Seen with Python 3.12, 2026-11-30:
#
#   of 100 rounds: other subset than the exact 88, other in a second call 99; an attacker averaged 90, by the exact rule 11
#
# Fails if that changes. We have no SMEA but byzfl's; a round of our rules is a function of its inputs
# (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" torch==2.13.0 byzfl==0.0.11
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import itertools

import byzfl
import numpy as np

N, F = 10, 2
SUBSETS = [list(kept) for kept in itertools.combinations(range(N), N - F)]


def largest_eigenvalue(rows):
    return np.linalg.norm(rows - rows.mean(axis=0), 2)


def averaged(rows, mean):
    """The subset that has this mean."""
    return min(SUBSETS, key=lambda kept: np.abs(rows[kept].mean(axis=0) - mean).max())


generator = np.random.default_rng(0)
np.random.seed(0)
other = second = attacked = attacked_exact = 0
for _ in range(100):
    rows = generator.normal(size=(N, 20))
    rows[-F:] += 1.5
    exact = min(SUBSETS, key=lambda kept: largest_eigenvalue(rows[kept]))
    one, two = (averaged(rows, byzfl.SMEA(f=F)(rows.copy())) for _ in range(2))
    other += one != exact
    second += one != two
    attacked += max(one) >= N - F
    attacked_exact += max(exact) >= N - F
print(f"of 100 rounds: other subset than the exact {other}, other in a second call {second};", end=" ")
print(f"an attacker averaged {attacked}, by the exact rule {attacked_exact}")
PYTHON
)
echo "$seen"
[ "$seen" = "of 100 rounds: other subset than the exact 88, other in a second call 99; an attacker averaged 90, by the exact rule 11" ]
