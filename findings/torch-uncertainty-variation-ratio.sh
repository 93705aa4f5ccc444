#!/usr/bin/env bash
# torch-uncertainty 0.13.0, VariationRatio: of the shape that it documents it compares the samples of a batch, not the members.
#
# The class documents probabilities of shape (B, N, C), samples, members and classes, and per sample the share of members that do not choose
# the class that is chosen most, as a measure of their disagreement. `update` swaps the first two axes, and `compute` takes them as if they
# were not swapped: it returns a score per member, of how different the samples are. (Its example of two samples and three members prints
# 0.45 for the same reason, by the definition 0.35.) The criterion `VariationRatioCriterion` swaps the axes before, and is right. Seen with
# Python 3.11, 2026-11-30, with 100 samples of ten classes and five members that are sure of the class they say:
#
#   all members say the sample's class: 0.90, 5 scores (by the definition: 0.00, 100 scores; the criterion: 0.00)
#   each member says a class of its own: 0.00, 5 scores (by the definition: 0.80, 100 scores; the criterion: 0.80)
#
# Fails if that changes (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" \
  "torch-uncertainty[cpu]==0.13.0" torchmetrics==1.9.0 torch==2.13.0 numpy==2.4.6
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import torch
from torch_uncertainty.metrics.classification import VariationRatio
from torch_uncertainty.ood_criteria import VariationRatioCriterion

SAMPLES, MEMBERS, CLASSES = 100, 5, 10


def package(probabilities, **options):
    metric = VariationRatio(**options)
    metric.update(probabilities)
    return metric.compute()


for name, said in {
    "all members say the sample's class": (torch.arange(SAMPLES) % CLASSES)[:, None].expand(-1, MEMBERS),
    "each member says a class of its own": torch.arange(MEMBERS).expand(SAMPLES, -1),
}.items():
    probabilities = torch.nn.functional.one_hot(said, CLASSES).float()
    mean, votes = package(probabilities), package(probabilities, probabilistic=False)
    scores = package(probabilities, probabilistic=False, reduction="none")
    assert mean == votes
    by_hand = [1 - sample.bincount().max().item() / MEMBERS for sample in said]
    criterion = VariationRatioCriterion()(probabilities)
    assert len(criterion) == SAMPLES
    print(f"{name}: {mean:.2f}, {len(scores)} scores", end=" ")
    print(f"(by the definition: {sum(by_hand) / SAMPLES:.2f}, {len(by_hand)} scores; the criterion: {criterion.mean():.2f})")
PYTHON
)
echo "$seen"
[ "$seen" = "all members say the sample's class: 0.90, 5 scores (by the definition: 0.00, 100 scores; the criterion: 0.00)
each member says a class of its own: 0.00, 5 scores (by the definition: 0.80, 100 scores; the criterion: 0.80)" ]
