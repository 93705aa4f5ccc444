#!/usr/bin/env bash
# deepsig 1.2.8, `bonferroni_correction`: corrected p-values come back as those of other hypotheses.
#
# A correction makes p-values larger, and each stays with its hypothesis. The package sorts them, and puts them back by the permutation
# that sorted them, not by its inverse. Of two values such a permutation is its own inverse, of three it need not be, and a defense
# that makes no difference is the one that is significant. Seen with Python 3.12, 2026-11-30:
#
#   p 0.9, 0.001, 0.5: the least is number 2; corrected 1, 0.9, 0.003: number 3
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
from deepsig import bonferroni_correction

P = np.array([0.9, 0.001, 0.5])


def texts(numbers):
    return ", ".join(f"{number:g}" for number in numbers)


corrected = bonferroni_correction(P)
print(
    f"p {texts(P)}: the least is number {np.argmin(P) + 1}; "
    f"corrected {texts(corrected)}: number {np.argmin(corrected) + 1}"
)
PYTHON
)
echo "$seen"
[ "$seen" = "p 0.9, 0.001, 0.5: the least is number 2; corrected 1, 0.9, 0.003: number 3" ]
