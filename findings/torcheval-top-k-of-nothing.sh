#!/usr/bin/env bash
# torcheval 0.0.7, top-k accuracy and HitRate: a model that has diverged is right about everything, as soon as k is above 1.
#
# Top-k accuracy counts the samples whose label is among the k classes that the model holds for the likeliest. The package counts the
# classes with a larger output than the label's. Nothing is larger than NaN, nor than an equal number: the label of a model that says NaN,
# or the same of all classes, is first each time. Five of ten classes cannot be all ten, and torch.topk finds half of the labels.
# Seen with Python 3.12, 2026-11-30, with ten samples of ten classes:
#
#   MulticlassAccuracy at k = 1, 2, 5: NaN 0.1, 1.0, 1.0; equal outputs 0.1, 1.0, 1.0 (torch.topk: 0.1, 0.2, 0.5); HitRate at 2: 1.0
#
# Fails if that changes (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export OMP_NUM_THREADS=1
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" torch==2.13.0 torcheval==0.0.7 numpy==2.4.6
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import torch
from torcheval.metrics import HitRate, MulticlassAccuracy

LABELS = torch.arange(10)
INPUTS = torch.eye(10)
KS = (1, 2, 5)


def outputs(weight):
    model = torch.nn.Linear(10, 10, bias=False)
    torch.nn.init.constant_(model.weight, weight)
    return model(INPUTS).detach()


def of_package(metric, answers):
    metric.update(answers, LABELS)
    return metric.compute().mean().item()


def rule(answers, k):
    return (answers.topk(k).indices == LABELS[:, None]).any(1).float().mean().item()


def texts(numbers):
    return ", ".join(f"{number:.1f}" for number in numbers)


nan, equal = outputs(float("nan")), outputs(0.0)
found = [texts(of_package(MulticlassAccuracy(k=k), answers) for k in KS) for answers in (nan, equal)]
expected = [texts(rule(answers, k) for k in KS) for answers in (nan, equal)]
assert expected[0] == expected[1]
print(
    f"MulticlassAccuracy at k = 1, 2, 5: NaN {found[0]}; equal outputs {found[1]} "
    f"(torch.topk: {expected[0]}); HitRate at 2: {of_package(HitRate(k=2), nan):.1f}"
)
PYTHON
)
echo "$seen"
expected="MulticlassAccuracy at k = 1, 2, 5: NaN 0.1, 1.0, 1.0; equal outputs 0.1, 1.0, 1.0 "
[ "$seen" = "${expected}(torch.topk: 0.1, 0.2, 0.5); HitRate at 2: 1.0" ]
