#!/usr/bin/env bash
# torchmetrics 1.9.0, MetricCollection: two metrics that count the same in the first batch are one from then on.
#
# A collection updates metrics that "share the same metric state" once, as accuracy and precision of the same counts. Which ones do, it
# finds out by comparing their counts after the first batch, not their settings. Accuracy over all classes and accuracy without the
# attacker's target class (ignore_index) count the same in a batch that has nothing of that class, and both are the first of the two in
# every batch after it. Seen with Python 3.12, 2026-11-30, with two batches of a test set in both orders, target class 9:
#
#   batch without the target first: all 0.667, without target 0.667; batch with it first: all 0.667, without target 0.500 (alone: 0.500)
#
# Fails if that changes (docs/same-name-other-rule.md). compute_groups=False keeps them apart.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export OMP_NUM_THREADS=1
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" torch==2.13.0 torchmetrics==1.9.0 numpy==2.4.6
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import torch
from torchmetrics import MetricCollection
from torchmetrics.classification import MulticlassAccuracy

TARGET = 9
OTHERS = (torch.tensor([1, 2, 2]), torch.tensor([1, 2, 1]))  # answers, labels: two of three right
WITH_TARGET = (torch.tensor([9, 9, 1]), torch.tensor([9, 9, 2]))  # the target class right, the other not


def accuracy(ignored=None):
    return MulticlassAccuracy(10, average="micro", ignore_index=ignored)


def together(batches):
    both = MetricCollection({"all": accuracy(), "without target": accuracy(TARGET)})
    for answers, labels in batches:
        both.update(answers, labels)
    return ", ".join(f"{name} {value:.3f}" for name, value in both.compute().items())


answers, labels = (torch.cat(part) for part in zip(OTHERS, WITH_TARGET, strict=True))
alone = (answers == labels)[labels != TARGET].float().mean()  # by hand
print(
    f"batch without the target first: {together([OTHERS, WITH_TARGET])}; "
    f"batch with it first: {together([WITH_TARGET, OTHERS])} (alone: {alone:.3f})"
)
PYTHON
)
echo "$seen"
expected="batch without the target first: all 0.667, without target 0.667; "
[ "$seen" = "${expected}batch with it first: all 0.667, without target 0.500 (alone: 0.500)" ]
