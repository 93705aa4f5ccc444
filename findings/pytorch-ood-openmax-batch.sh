#!/usr/bin/env bash
# pytorch-ood 0.4.0, OpenMax: a sample's score depends on which classes the rest of its batch is predicted as.
#
# OpenMax (Bendale and Boult 2016) revises the alpha (10 by default) highest logits of a sample by how far the sample is from each of those
# classes' centers; the score is the probability that is left for the unknown class. The package measures the distance only to classes
# that some sample of the batch is predicted as, and takes it for zero elsewhere: those classes then vouch for the sample. Seen with
# Python 3.11, 2026-11-30, for ten classes (logits of 8 for the own one, noise of deviation 1) and 50 samples of which all logits are 4
# with the same noise, next to 50 as it was fitted on; the rule has the same tails, fitted by scipy's weibull_min:
#
#   mean score of the 50 unknown: one at a time 0.33, in one batch 1.00 (the rule: 1.00); of the 50 known: 0.10, 0.14 (the rule: 0.14)
#
# Fails if that changes (docs/same-name-other-rule.md). The score is in the batch's hands, not only in the sample's.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" \
  torch==2.13.0 torchvision==0.28.0 numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 pytorch-ood==0.4.0
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import numpy as np
import torch
from pytorch_ood.detector import OpenMax
from scipy.stats import weibull_min

CLASSES, TAIL, SHIFT = 10, 25, 10000  # the shift is that of the package and of libMR
torch.set_num_threads(1)
generator = np.random.default_rng(0)


def noise(samples):
    return generator.normal(size=(samples, CLASSES))


def known(samples):
    labels = np.arange(samples) % CLASSES
    return noise(samples) + 8 * np.eye(CLASSES)[labels], labels


def rule(logits, fitted, labels):
    centers, tails = [], []
    for label in range(CLASSES):
        own = fitted[labels == label]
        centers.append(own.mean(axis=0))
        highest = np.sort(np.linalg.norm(own - centers[-1], axis=1))[-TAIL:]
        shape, _, scale = weibull_min.fit(highest - highest[0] + SHIFT, floc=0)
        tails.append((highest[0], weibull_min(shape, scale=scale)))
    scores = []
    for sample in logits:
        weights = np.zeros(CLASSES)
        for rank, label in enumerate(np.argsort(-sample)):
            least, tail = tails[label]
            far = tail.cdf(np.linalg.norm(sample - centers[label]) - least + SHIFT)
            weights[label] = far * (CLASSES - rank) / CLASSES
        revised = np.exp(np.append(sample * (1 - weights), (sample * weights).sum()))
        scores.append(revised[-1] / revised.sum())
    return np.mean(scores)


train, labels = known(1000)
detector = OpenMax(None, tailsize=TAIL, alpha=CLASSES).fit_logits(torch.tensor(train), torch.tensor(labels))
shown = []
for logits in (noise(50) + 4, known(50)[0]):
    batch = torch.tensor(logits)
    alone = torch.cat([detector.predict_logits(sample[None]) for sample in batch]).mean().item()
    together = detector.predict_logits(batch).mean().item()
    shown.append((alone, together, rule(logits, train, labels)))
(alone, together, expected), (known_alone, known_together, known_expected) = shown
print(
    f"mean score of the 50 unknown: one at a time {alone:.2f}, in one batch {together:.2f} (the rule: {expected:.2f}); "
    f"of the 50 known: {known_alone:.2f}, {known_together:.2f} (the rule: {known_expected:.2f})"
)
PYTHON
)
echo "$seen"
[ "$seen" = "mean score of the 50 unknown: one at a time 0.33, in one batch 1.00 (the rule: 1.00);\
 of the 50 known: 0.10, 0.14 (the rule: 0.14)" ]
