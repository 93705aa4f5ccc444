#!/usr/bin/env bash
# scikit-posthocs 0.17.1, test_osrt: Hayter's one-sided test finds the order that it is asked for in data of the opposite order.
#
# Against "a simple ordered alternative" (Hayter 1990) the statistic is the largest of the differences of a later mean less an earlier
# one; where all means fall, none is positive, and the p-value is expected to be 1. The package takes the differences without their sign.
# Seen with Python 3.11, 2026-11-30, with accuracies of four seeds under three numbers of attackers:
#
#   p-value of rising accuracies: 0.0301; of the same, listed to fall: 0.0301 (largest signed difference 4.50 and -1.25)
#
# Fails if that changes. A trend is tested here in both directions, each by its own p-value (docs/claims.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export OMP_NUM_THREADS=1 MPLBACKEND=Agg MPLCONFIGDIR="$folder/matplotlib"
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" \
  scikit-posthocs==0.17.1 scipy==1.17.1 pandas==3.1.1 numpy==2.4.6
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
from itertools import combinations

import numpy as np
from scikit_posthocs import test_osrt

RISING = [[70.0, 73, 72, 68], [73, 72, 74, 69], [75, 77, 73, 76]]
FALLING = RISING[::-1]


def largest(groups):
    means = np.mean(groups, axis=1)
    return max(later - earlier for earlier, later in combinations(means, 2))


print(f"p-value of rising accuracies: {test_osrt(RISING)[0]:.4f}; of the same, listed to fall: {test_osrt(FALLING)[0]:.4f}", end=" ")
print(f"(largest signed difference {largest(RISING):.2f} and {largest(FALLING):.2f})")
PYTHON
)
echo "$seen"
[ "$seen" = "p-value of rising accuracies: 0.0301; of the same, listed to fall: 0.0301 (largest signed difference 4.50 and -1.25)" ]
