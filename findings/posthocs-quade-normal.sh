#!/usr/bin/env bash
# scikit-posthocs 0.17.1, posthoc_quade: with dist="normal" one pair of equal defenses in four is called different.
#
# The package has the normal distribution as the other way to a p-value than Student's t; both are expected to err in about 5 % of pairs
# at 0.05. The spread of the difference of two weighted rank sums is that of b blocks (seeds): with k groups and sums divided by
# b (b + 1) / 2 its variance is k (k + 1) (2 b + 1) / (9 b (b + 1)). The package puts b k, the number of all values, in the place of b,
# and with three defenses the spread is too small by a factor of about the root of three. Seen with Python 3.11, 2026-11-30, with 500
# tables of three defenses that are alike:
#
#   pairs with p < 0.05: 6 seeds: normal 27 %, t 6 % (by hand, normal: 5 %); 20 seeds: normal 27 %, t 5 % (by hand, normal: 5 %)
#
# Fails if that changes. Defenses are compared here by paired differences and their t intervals (docs/claims.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export OMP_NUM_THREADS=1 MPLBACKEND=Agg MPLCONFIGDIR="$folder/matplotlib"
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" \
  scikit-posthocs==0.17.1 scipy==1.17.1 pandas==3.1.1 numpy==2.4.6
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import numpy as np
from scikit_posthocs import posthoc_quade
from scipy.stats import norm, rankdata

TABLES, DEFENSES = 500, 3
PAIRS = np.triu_indices(DEFENSES, 1)


def by_hand(table):
    b, k = table.shape
    weights = rankdata(np.ptp(table, axis=1)) / (b * (b + 1) / 2)
    sums = weights @ rankdata(table, axis=1)
    spread = np.sqrt(k * (k + 1) * (2 * b + 1) / (9 * b * (b + 1)))
    return 2 * norm.sf(np.abs(sums[PAIRS[0]] - sums[PAIRS[1]]) / spread)


def called(test, tables):
    return f"{100 * np.mean([test(table) < 0.05 for table in tables]):.0f} %"


def of_seeds(seeds):
    tables = np.random.default_rng(0).normal(70, 3, (TABLES, seeds, DEFENSES))
    normal = called(lambda table: posthoc_quade(table, dist="normal").to_numpy()[PAIRS], tables)
    student = called(lambda table: posthoc_quade(table).to_numpy()[PAIRS], tables)
    return f"{seeds} seeds: normal {normal}, t {student} (by hand, normal: {called(by_hand, tables)})"


print(f"pairs with p < 0.05: {of_seeds(6)}; {of_seeds(20)}")
PYTHON
)
echo "$seen"
[ "$seen" = "pairs with p < 0.05: 6 seeds: normal 27 %, t 6 % (by hand, normal: 5 %);\
 20 seeds: normal 27 %, t 5 % (by hand, normal: 5 %)" ]
