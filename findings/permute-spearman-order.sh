#!/usr/bin/env bash
# permute 0.2, spearman_corr: Spearman's coefficient changes with the order in which the same pairs are listed.
#
# The documentation has it as the permutation test of Spearman's correlation, which is Pearson's of the ranks and does not know an order of
# pairs. The package takes argsort for the ranks, which is not the place of each value but the value at each place; the coefficient is right
# where one of the columns is sorted. Seen with Python 3.11, 2026-11-30, with six pairs of an attack's radius and its backdoor accuracy, in all
# 720 orders:
#
#   coefficients of the same six pairs: -0.94 to 0.89, 13 different ones (scipy: 0.89)
#   p-value, rising: 0.01 as listed, 1.00 in the order of the lowest (scipy: 0.01)
#
# Fails if that changes. Rank coefficients here are scipy's (docs/claims.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export OMP_NUM_THREADS=1
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" permute==0.2 scipy==1.17.1 numpy==2.4.6
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
from itertools import permutations

import numpy as np
from permute.core import spearman_corr
from scipy.stats import spearmanr

RADII = np.array([0.5, 1, 1.5, 2, 3, 4])
ACCURACIES = np.array([12.0, 21, 18, 55, 70, 66])

orders = [list(order) for order in permutations(range(6))]
found = np.array([spearman_corr(RADII[order], ACCURACIES[order], reps=1, seed=0)[0] for order in orders])
values = np.unique(found.round(4))
print(f"coefficients of the same six pairs: {values[0]:.2f} to {values[-1]:.2f}, {len(values)} different ones", end=" ")
print(f"(scipy: {spearmanr(RADII, ACCURACIES).statistic:.2f})")
p_values = [spearman_corr(RADII[order], ACCURACIES[order], reps=2000, seed=0)[1] for order in (orders[0], orders[int(found.argmin())])]
print("p-value, rising: {:.2f} as listed, {:.2f} in the order of the lowest".format(*p_values), end=" ")
print(f"(scipy: {spearmanr(RADII, ACCURACIES, alternative='greater').pvalue:.2f})")
PYTHON
)
echo "$seen"
[ "$seen" = "coefficients of the same six pairs: -0.94 to 0.89, 13 different ones (scipy: 0.89)
p-value, rising: 0.01 as listed, 1.00 in the order of the lowest (scipy: 0.01)" ]
