#!/usr/bin/env bash
# autorank 1.3.0, Tukey's HSD: the intervals are those of alpha = 0.05, whatever alpha is.
#
# A report for alpha = 0.01 says that its corrected intervals "together fulfill this confidence level". alpha is not handed on to the
# test that makes them. Seen with Python 3.12, 2026-11-30, with three defenses over ten seeds; by Tukey's rule half an interval is
# half of the studentized range's quantile times the standard error of a mean:
#
#   half-width at alpha 0.05: 0.54, 0.01: 0.54 (Tukey: 0.54, 0.69)
#
# Fails if that changes (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export OMP_NUM_THREADS=1 MPLBACKEND=Agg MPLCONFIGDIR="$folder/matplotlib"
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" \
    autorank==1.3.0 baycomp==1.0.3 statsmodels==0.15.0 scipy==1.17.1 pandas==3.1.1 numpy==2.4.6 matplotlib==3.11.2
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import contextlib
import io

import numpy as np
import pandas as pd
from autorank import autorank
from scipy.stats import studentized_range

SPREAD = np.array([-1.6, -1.0, -0.7, -0.4, -0.1, 0.1, 0.4, 0.7, 1.0, 1.6])  # of ten seeds
SEEDS = np.arange(10)
ACCURACIES = pd.DataFrame(
    {
        "krum": 70 + SPREAD,
        "rfa": 71 + 1.05 * SPREAD[3 * SEEDS % 10],
        "clipping": 72 + 0.97 * SPREAD[7 * SEEDS % 10],
    }
)


def of_package(alpha):
    with contextlib.redirect_stdout(io.StringIO()):
        ends = autorank(ACCURACIES, alpha=alpha).rankdf
    return (ends.ci_upper - ends.ci_lower).iloc[0] / 2


def rule(alpha):
    """By hand: of ten samples in each of three groups."""
    error = ACCURACIES.var().mean()
    return studentized_range.ppf(1 - alpha, 3, 27) * np.sqrt(error / 10) / 2


print(
    f"half-width at alpha 0.05: {of_package(0.05):.2f}, 0.01: {of_package(0.01):.2f} "
    f"(Tukey: {rule(0.05):.2f}, {rule(0.01):.2f})"
)
PYTHON
)
echo "$seen"
[ "$seen" = "half-width at alpha 0.05: 0.54, 0.01: 0.54 (Tukey: 0.54, 0.69)" ]
