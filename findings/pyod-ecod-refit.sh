#!/usr/bin/env bash
# pyod 3.6.7, ECOD and COPOD: a detector that is fitted a second time still scores by the samples of its first fit.
#
# "Fit detector", on `X`, "the input samples": a second fit is expected to be that of a new detector, as it is with scikit-learn's
# estimators and pyod's GMM. Both keep the samples of a fit and put them before those of the next, so that the tails that they measure
# are those of both sets. Seen with Python 3.11, 2026-11-30, with 500 features of a first task and 500 of a second, whose 25 edge
# cases are four deviations below its mean, towards the first's:
#
#   edge cases of 25 that are called outliers: ECOD new 24, fitted before 0; COPOD new 25, fitted before 0; GMM new 24, fitted before 24
#
# Fails if that changes. A mixture of densities is fitted anew for each task here (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export OMP_NUM_THREADS=1 MPLBACKEND=Agg MPLCONFIGDIR="$folder/matplotlib"
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" \
  pyod==3.6.7 scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import numpy as np
from pyod.models.copod import COPOD
from pyod.models.ecod import ECOD
from pyod.models.gmm import GMM

SAMPLES, EDGE = 500, 25
generator = np.random.default_rng(0)
FIRST = generator.normal(0, 1, (SAMPLES, 4))
SECOND = generator.normal(5, 1, (SAMPLES, 4))
SECOND[:EDGE] = generator.normal(1, 0.1, (EDGE, 4))


def found(kind, before):
    detector = kind(contamination=EDGE / SAMPLES)
    if before:
        detector.fit(FIRST)
    return detector.fit(SECOND).labels_[:EDGE].sum()


counts = [f"{kind.__name__} new {found(kind, False)}, fitted before {found(kind, True)}" for kind in (ECOD, COPOD, GMM)]
print(f"edge cases of {EDGE} that are called outliers: {'; '.join(counts)}")
PYTHON
)
echo "$seen"
[ "$seen" = "edge cases of 25 that are called outliers:\
 ECOD new 24, fitted before 0; COPOD new 25, fitted before 0; GMM new 24, fitted before 24" ]
