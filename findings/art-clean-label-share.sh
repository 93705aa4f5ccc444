#!/usr/bin/env bash
# adversarial-robustness-toolbox 1.20.1, PoisoningAttackCleanLabelBackdoor: fewer samples are poisoned than pp_poison says.
#
# The attack (Turner et al. 2018) poisons a share of the target class' samples, and pp_poison is told to be that share. The samples are
# drawn one by one from all of them, so some are drawn twice and the share is about 1 - exp(-pp_poison). Seen with Python 3.12,
# 2026-11-30, on the 183 threes of scikit-learn's digits:
#
#   pp_poison 0.10: 8.7 % poisoned, 0.33: 27.9 %, 0.50: 38.8 %, 0.90: 59.6 %
#
# Fails if that changes. A success rate plotted over pp_poison is drawn too far right, the more so the larger the share.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" adversarial-robustness-toolbox==1.20.1 packaging \
  numpy==2.5.5 scipy==1.18.1 scikit-learn==1.9.1
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import numpy as np
from art.attacks.poisoning import PoisoningAttackBackdoor, PoisoningAttackCleanLabelBackdoor
from art.estimators.classification import SklearnClassifier
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

TARGET = 3
images, labels = load_digits(return_X_y=True)
images = images / 16
proxy = SklearnClassifier(LogisticRegression(max_iter=500).fit(images, labels), clip_values=(0, 1))


def mark(some):
    some[:, -1] = 1
    return some


told = []
for share in (0.1, 0.33, 0.5, 0.9):
    np.random.seed(0)
    attack = PoisoningAttackCleanLabelBackdoor(
        PoisoningAttackBackdoor(mark), proxy, np.eye(10)[TARGET], pp_poison=share, eps=0.1, eps_step=0.05, max_iter=2
    )
    poisoned, _ = attack.poison(images, np.eye(10)[labels])
    changed = (poisoned != images).any(axis=1)
    told.append(f"{share:.2f}: {100 * changed[labels == TARGET].mean():.1f} %")
told[0] += " poisoned"
print("pp_poison " + ", ".join(told))
PYTHON
)
echo "$seen"
[ "$seen" = "pp_poison 0.10: 8.7 % poisoned, 0.33: 27.9 %, 0.50: 38.8 %, 0.90: 59.6 %" ]
