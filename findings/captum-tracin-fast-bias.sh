#!/usr/bin/env bash
# captum 0.9.0, TracInCPFast: the bias of the last layer is left out, so that a sample that lowers a test sample's loss is said to raise it.
#
# TracIn (Pruthi et al. 2020) multiplies the gradient of a training sample by that of a test sample. The class takes the gradients of the
# last layer alone, and "the computed influence scores are exactly the same as when naive back-propagation is used". That holds for a
# layer without a bias: it multiplies (x x') by (d d'), x the layer's input and d the gradient of its output; with a bias, which
# nn.Linear has unless told otherwise, the product is (x x' + 1) (d d'). Here the layer is the whole model and starts from zero, so with
# two classes (d d') is 0.5 for samples of the same class; the test sample is x' = 1. Seen with Python 3.11, 2026-11-30, for training
# samples of that class at x = 3 and x = -0.5, next to TracInCP on the same layer:
#
#   with a bias: TracInCP 2.00, 0.25; fast 1.50, -0.25 (by hand: 2.00, 0.25); without: TracInCP 1.50, -0.25; fast 1.50, -0.25
#
# Fails if that changes (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" torch==2.13.0 captum==0.9.0
seen=$("$folder/venv/bin/python" - "$folder/checkpoint.pt" 2> /dev/null <<'PYTHON'
import sys

import torch
from captum.influence import TracInCP, TracInCPFast
from torch.utils.data import TensorDataset

CHECKPOINT = sys.argv[1]
TRAIN, TEST = torch.tensor([[3.0], [-0.5]]), torch.tensor([[1.0]])
CLASSES, TEST_CLASS = torch.tensor([0, 0]), torch.tensor([0])
LOSS = torch.nn.CrossEntropyLoss(reduction="sum")
torch.set_num_threads(1)


class Model(torch.nn.Module):
    def __init__(self, bias):
        super().__init__()
        self.last = torch.nn.Linear(1, 2, bias=bias)
        for parameter in self.parameters():
            torch.nn.init.zeros_(parameter)

    def forward(self, x):
        return self.last(x)


def load(model, path):
    model.load_state_dict(torch.load(path))
    return 1.0  # learning rate


def shown(scores):
    return ", ".join(f"{score:.2f}" for score in scores)


def of_package(bias):
    model = Model(bias)
    torch.save(model.state_dict(), CHECKPOINT)
    data = TensorDataset(TRAIN, CLASSES)
    both = {"checkpoints": [CHECKPOINT], "checkpoints_load_func": load, "loss_fn": LOSS, "batch_size": 2}
    whole = TracInCP(model, data, layers=["last"], sample_wise_grads_per_batch=True, **both)
    fast = TracInCPFast(model, model.last, data, **both)
    return [shown(one.influence((TEST, TEST_CLASS))[0].tolist()) for one in (whole, fast)]


def by_hand():
    """Gradients by autograd, one sample at a time."""
    model = Model(bias=True)

    def gradient(x, label):
        loss = LOSS(model(x[None]), label[None])
        return torch.cat([part.flatten() for part in torch.autograd.grad(loss, list(model.parameters()))])

    test = gradient(TEST[0], TEST_CLASS[0])
    return shown([(gradient(x, label) @ test).item() for x, label in zip(TRAIN, CLASSES)])


whole, fast = of_package(bias=True)
plain_whole, plain_fast = of_package(bias=False)
print(
    f"with a bias: TracInCP {whole}; fast {fast} (by hand: {by_hand()}); "
    f"without: TracInCP {plain_whole}; fast {plain_fast}"
)
PYTHON
)
echo "$seen"
[ "$seen" = "with a bias: TracInCP 2.00, 0.25; fast 1.50, -0.25 (by hand: 2.00, 0.25);\
 without: TracInCP 1.50, -0.25; fast 1.50, -0.25" ]
