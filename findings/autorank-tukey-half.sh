#!/usr/bin/env bash
# autorank 1.3.0, Tukey's HSD: half of the difference that the test asks for is reported as significant.
#
# Its report says that methods "are significantly different if their confidence intervals are not overlapping": two means have to be two
# half-widths apart. The same report's list of what is significant asks for one. Seen with Python 3.12, 2026-11-30, with three defenses,
# a point of accuracy apart over ten seeds; by statsmodels, whose test it is, and scipy the outer two differ (p = 0.0003), neighbours
# do not (p = 0.07):
#
#   all three differences significant (Tukey: 1), while 2 pairs of neighbours overlap
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
from itertools import pairwise

import numpy as np
import pandas as pd
from autorank import autorank, create_report
from scipy.stats import tukey_hsd

SPREAD = np.array([-1.6, -1.0, -0.7, -0.4, -0.1, 0.1, 0.4, 0.7, 1.0, 1.6])  # of ten seeds
SEEDS = np.arange(10)
ACCURACIES = pd.DataFrame(
    {
        "krum": 70 + SPREAD,
        "rfa": 71 + 1.05 * SPREAD[3 * SEEDS % 10],
        "clipping": 72 + 0.97 * SPREAD[7 * SEEDS % 10],
    }
)


with contextlib.redirect_stdout(io.StringIO()) as report:
    result = autorank(ACCURACIES)
    create_report(result)
assert result.posthoc == "tukeyhsd"
assert "all differences between the populations are significant" in report.getvalue()
ends = result.rankdf.sort_values("mean")
overlaps = sum(ends.ci_upper[one] > ends.ci_lower[next_] for one, next_ in pairwise(ends.index))
p = tukey_hsd(*ACCURACIES.to_numpy().T).pvalue
print(
    f"all three differences significant (Tukey: {(p < 0.05).sum() // 2}), "
    f"while {overlaps} pairs of neighbours overlap"
)
PYTHON
)
echo "$seen"
[ "$seen" = "all three differences significant (Tukey: 1), while 2 pairs of neighbours overlap" ]
