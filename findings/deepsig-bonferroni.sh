#!/usr/bin/env bash
# deepsig 1.2.8, `aso` and its num_comparisons: the more comparisons there are, the less is corrected.
#
# By Bonferroni (its README: "dividing" alpha "by the number of comparisons") k comparisons at 95 % are each made at 1 - 0.05 / k. The
# package takes 0.95 + 0.05 / k: right for two, and for 45, the pairs of ten defenses, it is hardly more than none. multi_aso does the
# same. The level is read off two calls at known levels, since the bound is linear in the normal quantile. Seen with Python 3.12,
# 2026-11-30:
#
#   level of 2, 10, 45 comparisons: 0.9750, 0.9550, 0.9511 (Bonferroni: 0.9750, 0.9950, 0.9989)
#
# Fails if that changes (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export OMP_NUM_THREADS=1
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" deepsig==1.2.8 numpy==2.4.6 scipy==1.17.1
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import numpy as np
from deepsig import aso
from scipy.stats import norm

HERS = np.array([61.0, 66.0, 67.0, 68.0, 72.0])  # accuracies of five seeds
HIS = np.array([60.0, 61.0, 62.5, 68.5, 70.0])
COMPARISONS = (2, 10, 45)


def bound(level, comparisons=1):
    options = {"num_bootstrap_iterations": 50, "dt": 0.02, "show_progress": False, "seed": 1}
    return float(aso(HERS, HIS, confidence_level=level, num_comparisons=comparisons, **options))


low, high = bound(0.95), bound(0.98)
assert 0 < low < high < 1  # neither is cut off at its end
per_quantile = (high - low) / (norm.ppf(0.98) - norm.ppf(0.95))


def level(comparisons):
    return norm.cdf(norm.ppf(0.95) + (bound(0.95, comparisons) - low) / per_quantile)


def texts(numbers):
    return ", ".join(f"{number:.4f}" for number in numbers)


levels = texts(level(k) for k in COMPARISONS)
rule = texts(1 - 0.05 / k for k in COMPARISONS)
print(f"level of 2, 10, 45 comparisons: {levels} (Bonferroni: {rule})")
PYTHON
)
echo "$seen"
expected="level of 2, 10, 45 comparisons: 0.9750, 0.9550, 0.9511 "
[ "$seen" = "${expected}(Bonferroni: 0.9750, 0.9950, 0.9989)" ]
