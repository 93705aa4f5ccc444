#!/usr/bin/env bash
# mlxtend 0.25.0, proportion_difference: whether two accuracies differ depends on which of them is given first.
#
# The guide tests whether "the proportions are different", rejects for z above 1.96, and finds a "statistically significant difference"
# where the p-value is below 0.05. The p-value is the area below z, whatever z's sign: of the models with the better first it is near 1
# however much they differ, and with the worse first it is half of the two-sided one. Seen with Python 3.11, 2026-11-30, with main-task
# accuracies on 10,000 test images:
#
#   90.0% and 85.0%: z = 10.7, p = 1.000 (statsmodels: 0.000); 85.0% and 90.0%: z = -10.7, p = 0.000 (statsmodels: 0.000)
#   90.8% and 90.0%: z = 1.9, p = 0.973 (statsmodels: 0.055); 90.0% and 90.8%: z = -1.9, p = 0.027 (statsmodels: 0.055)
#
# Fails if that changes. Two cells are compared here by paired differences over seeds (docs/claims.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export OMP_NUM_THREADS=1 MPLBACKEND=Agg MPLCONFIGDIR="$folder/matplotlib"
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" \
  mlxtend==0.25.0 statsmodels==0.15.0 scikit-learn==1.9.1 scipy==1.17.1 pandas==2.3.3 numpy==2.4.6
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
from mlxtend.evaluate import proportion_difference
from statsmodels.stats.proportion import proportions_ztest

IMAGES = 10000


def both_ways(first, second):
    shown = []
    for one, other in ((first, second), (second, first)):
        z, p = proportion_difference(one, other, IMAGES)
        right = [round(accuracy * IMAGES) for accuracy in (one, other)]
        shown.append(f"{one:.1%} and {other:.1%}: z = {z:.1f}, p = {p:.3f} (statsmodels: {proportions_ztest(right, [IMAGES] * 2)[1]:.3f})")
    return "; ".join(shown)


print(both_ways(0.9, 0.85), both_ways(0.908, 0.9), sep="\n")
PYTHON
)
echo "$seen"
[ "$seen" = "90.0% and 85.0%: z = 10.7, p = 1.000 (statsmodels: 0.000); 85.0% and 90.0%: z = -10.7, p = 0.000 (statsmodels: 0.000)
90.8% and 90.0%: z = 1.9, p = 0.973 (statsmodels: 0.055); 90.0% and 90.8%: z = -1.9, p = 0.027 (statsmodels: 0.055)" ]
