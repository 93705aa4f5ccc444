#!/usr/bin/env bash
# opacus 1.6.0, nn.Embedding: the vector of the padding is trained, and its gradient counts in the norm that is clipped.
#
# torch's nn.Embedding says of padding_idx that "the embedding vector at padding_idx is not updated during training". Per-sample gradients
# have the padding's row in them like a word's, so it leaves zero; with short sentences most of a clipped gradient is the padding's. Ghost
# clipping measures that row and then does not train it: what is left of the update is shorter than the bound. Seen with Python 3.12,
# 2026-11-30, without noise, after one step at rate 1 on a sentence of 2 words and 7 places of padding whose gradient is 1 at each place:
#
#   no clipping: padding 0, words 1.00 (torch); 7.00, 1.00 (opacus); clipped to 1: 0, 0.71 (torch); 0.98, 0.14 (opacus); 0, 0.14 (ghost)
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
import torch
from opacus import PrivacyEngine
from torch.utils.data import DataLoader, TensorDataset

SENTENCE = torch.tensor([[1, 2, 0, 0, 0, 0, 0, 0, 0]])  # padding is 0


class Total(torch.nn.Module):
    """The sum of a sentence's vectors, of one number each."""

    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Embedding(3, 1, padding_idx=0)

    def forward(self, words):
        return self.embedding(words).sum((1, 2))


class Mean(torch.nn.Module):
    reduction = "mean"

    def forward(self, totals):
        return totals if self.reduction == "none" else totals.mean()


def moved(before, after):
    padding, word, other = (before - after).abs().flatten().tolist()
    assert abs(word - other) < 1e-6
    return f"{f'{padding:.2f}' if padding else 0}, {word:.2f}"


def of_torch(bound):
    model = Total()
    before = model.embedding.weight.detach().clone()
    model(SENTENCE).mean().backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), bound)
    torch.optim.SGD(model.parameters(), lr=1.0).step()
    return moved(before, model.embedding.weight.detach())


def of_opacus(bound, mode):
    model = Total()
    before = model.embedding.weight.detach().clone()
    private, optimizer, *criterion, batches = PrivacyEngine().make_private(
        module=model,
        optimizer=torch.optim.SGD(model.parameters(), lr=1.0),
        criterion=Mean(),
        data_loader=DataLoader(TensorDataset(SENTENCE)),
        noise_multiplier=0.0,
        max_grad_norm=bound,
        grad_sample_mode=mode,
    )
    loss = criterion[0] if criterion else Mean()
    for (words,) in batches:
        loss(private(words)).backward()
        optimizer.step()
    return moved(before, model.embedding.weight.detach())


free, bound = 1e6, 1.0
print(
    f"no clipping: padding {of_torch(free).replace(', ', ', words ')} (torch); {of_opacus(free, 'hooks')} (opacus);"
    f" clipped to 1: {of_torch(bound)} (torch); {of_opacus(bound, 'hooks')} (opacus);"
    f" {of_opacus(bound, 'ghost')} (ghost)"
)
PYTHON
)
echo "$seen"
[ "$seen" = "no clipping: padding 0, words 1.00 (torch); 7.00, 1.00 (opacus); clipped to 1: 0, 0.71 (torch);\
 0.98, 0.14 (opacus); 0, 0.14 (ghost)" ]
