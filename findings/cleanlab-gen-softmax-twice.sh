#!/usr/bin/env bash
# cleanlab 2.9.0, OutOfDistribution with method "gen": the softmax is taken of probabilities, and a sample of the tail passes as usual.
#
# GEN (Liu et al. 2023, named by the docstring) is minus the sum of p^0.1 (1 - p)^0.1 over the probabilities p of the most likely classes;
# the package gives one minus that sum over their number M. Here `pred_probs` are made probabilities once more, which leaves them almost
# equal: of ten classes none has more than 0.24, and the power of 0.1, which is to find small probabilities of many classes, finds none.
# Seen with Python 3.11, 2026-11-30, for a sample between two classes (0.55 and 0.45) and one with 0.75 on a class and the rest spread
# over the nine others, with M = 10 and no adjustment; lower is further out:
#
#   two classes: 0.216 (the rule: 0.826); spread: 0.216 (the rule: 0.288); further out: two classes (the rule: spread)
#
# Fails if that changes (docs/same-name-other-rule.md). Nothing else of the class takes a softmax.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" cleanlab==2.9.0 numpy==2.4.6 scikit-learn==1.9.1
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import numpy as np
from cleanlab.outlier import OutOfDistribution

CLASSES, POWER = 10, 0.1
NAMES = ["two classes", "spread"]
PROBABILITIES = np.array([[0.55, 0.45] + [0.0] * (CLASSES - 2), [0.75] + [0.25 / (CLASSES - 1)] * (CLASSES - 1)])

estimator = OutOfDistribution({"method": "gen", "M": CLASSES, "gamma": POWER, "adjust_pred_probs": False})
package = estimator.score(pred_probs=PROBABILITIES)
rule = 1 - (PROBABILITIES**POWER * (1 - PROBABILITIES) ** POWER).sum(axis=1) / CLASSES
scores = "; ".join(f"{name}: {here:.3f} (the rule: {there:.3f})" for name, here, there in zip(NAMES, package, rule))
print(f"{scores}; further out: {NAMES[package.argmin()]} (the rule: {NAMES[rule.argmin()]})")
PYTHON
)
echo "$seen"
[ "$seen" = "two classes: 0.216 (the rule: 0.826); spread: 0.216 (the rule: 0.288);\
 further out: two classes (the rule: spread)" ]
