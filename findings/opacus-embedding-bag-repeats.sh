#!/usr/bin/env bash
# opacus 1.6.0, nn.EmbeddingBag: a word that a text has several times gets the gradient of one occurrence.
#
# A bag is the sum or mean of its words' vectors, so a word's gradient counts each of its places. The per-sample gradients write a text's
# gradient to the rows of its words, and a row that is written three times keeps it once. Without noise and clipping the step is expected
# to be torch's. Seen with Python 3.12, 2026-11-30, the step of word 1 over torch's, in texts that have it once, twice and thrice among
# four words:
#
#   sum: 1.00, 0.50, 0.33; mean: 1.00, 0.50, 0.33; the sum of nn.Embedding: 1.00, 1.00, 1.00
#
# Fails if that changes (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" torch==2.13.0 opacus==1.6.0
export OMP_NUM_THREADS=1
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
from copy import deepcopy

import torch
from opacus import GradSampleModule
from opacus.optimizers import DPOptimizer


class Bag(torch.nn.Module):
    def __init__(self, mode):
        super().__init__()
        self.words = torch.nn.EmbeddingBag(5, 3, mode=mode)
        self.scores = torch.nn.Linear(3, 2)

    def forward(self, texts):
        return self.scores(self.words(texts.flatten(), torch.arange(len(texts)) * texts.shape[1]))


class Sum(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.words = torch.nn.Embedding(5, 3)
        self.scores = torch.nn.Linear(3, 2)

    def forward(self, texts):
        return self.scores(self.words(texts).sum(1))


def step(model, module, texts, optimizer):
    before = model.words.weight.detach().clone()
    torch.nn.functional.cross_entropy(module(texts), torch.tensor([0, 1])).backward()
    optimizer.step()
    return (model.words.weight.detach() - before)[1]


def share(model, times):
    texts = torch.tensor([[1] * times + [2, 3, 4][: 4 - times], [2, 3, 4, 2]])
    plain = deepcopy(model)
    right = step(plain, plain, texts, torch.optim.SGD(plain.parameters(), lr=1.0))
    private = deepcopy(model)
    optimizer = torch.optim.SGD(private.parameters(), lr=1.0)
    optimizer = DPOptimizer(optimizer, noise_multiplier=0.0, max_grad_norm=1e6, expected_batch_size=2)
    found = step(private, GradSampleModule(private), texts, optimizer)
    return f"{(found.norm() / right.norm()).item():.2f}"


torch.manual_seed(1)
models = {"sum": Bag("sum"), "mean": Bag("mean"), "the sum of nn.Embedding": Sum()}
print("; ".join(f"{name}: {', '.join(share(model, times) for times in (1, 2, 3))}" for name, model in models.items()))
PYTHON
)
echo "$seen"
[ "$seen" = "sum: 1.00, 0.50, 0.33; mean: 1.00, 0.50, 0.33; the sum of nn.Embedding: 1.00, 1.00, 1.00" ]
