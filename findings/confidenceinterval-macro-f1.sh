#!/usr/bin/env bash
# confidenceinterval 1.0.5, f1_score(average="macro"): of 100 classes, the interval of 95 % holds the true value in 38 % of test sets.
#
# The interval is documented as that of Takahashi et al. 2022, which is the delta method on the shares of the confusion matrix. The package
# has the paper's formula on counts, and adds where it multiplies. What comes out depends little on how good a classifier is: with ten
# classes and few errors it is too wide, and a classifier that makes none has an interval beyond 1; with many classes it is too narrow.
# Seen with Python 3.11, 2026-11-30, with 200 test sets of 10,000 samples each, 70 % of them right in the first case:
#
#   100 classes, 70% right: ± 0.23 points hold 38 % (by hand ± 0.90, 94 %)
#   10 classes, 95% right: ± 0.64 points hold 100 % (by hand ± 0.43, 94 %)
#   no errors, 1000 samples: up to 1.020
#
# Fails if that changes. Accuracies have their intervals over seeds here (docs/claims.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export OMP_NUM_THREADS=1
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" \
  confidenceinterval==1.0.5 statsmodels==0.15.0 scikit-learn==1.9.1 scipy==1.17.1 pandas==3.1.1 numpy==2.4.6
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import numpy as np
from confidenceinterval import f1_score

SETS, SAMPLES = 200, 10000


def by_hand(truth, answers, classes):
    shares = np.bincount(classes * truth + answers, minlength=classes**2).reshape(classes, classes) / len(truth)
    sums = shares.sum(axis=0) + shares.sum(axis=1)
    f1 = 2 * shares.diagonal() / sums
    slopes = -((f1 / sums)[:, None] + f1 / sums) + np.diag(2 / sums)
    spread = np.sqrt((shares * slopes**2).sum() / len(truth)) / classes  # the slopes' mean is zero
    return f1.mean(), (f1.mean() - 1.96 * spread, f1.mean() + 1.96 * spread)


def measured(classes, right):
    generator = np.random.default_rng(0)
    widths, covered = [], []
    for _ in range(SETS):
        truth = generator.integers(classes, size=SAMPLES)
        wrong = (truth + generator.integers(1, classes, size=SAMPLES)) % classes
        answers = np.where(generator.random(SAMPLES) < right, truth, wrong)
        found = [f1_score(truth, answers, average="macro"), by_hand(truth, answers, classes)]
        assert abs(found[0][0] - found[1][0]) < 1e-6
        ends = [interval for _, interval in found]
        widths.append([high - low for low, high in ends])
        covered.append([low <= right <= high for low, high in ends])  # by symmetry, F1 is the share that is right
    half, hand = 50 * np.mean(widths, axis=0)
    held, hand_held = 100 * np.mean(covered, axis=0)
    return f"{classes} classes, {right:.0%} right: ± {half:.2f} points hold {held:.0f} % (by hand ± {hand:.2f}, {hand_held:.0f} %)"


none = np.arange(1000) % 10
print(measured(100, 0.7), measured(10, 0.95), sep="\n")
print(f"no errors, 1000 samples: up to {f1_score(none, none, average='macro')[1][1]:.3f}")
PYTHON
)
echo "$seen"
[ "$seen" = "100 classes, 70% right: ± 0.23 points hold 38 % (by hand ± 0.90, 94 %)
10 classes, 95% right: ± 0.64 points hold 100 % (by hand ± 0.43, 94 %)
no errors, 1000 samples: up to 1.020" ]
