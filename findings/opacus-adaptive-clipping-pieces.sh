#!/usr/bin/env bash
# opacus 1.6.0, clipping="adaptive": under BatchMemoryManager the bound follows the last piece of each batch alone.
#
# BatchMemoryManager splits a batch into pieces "for simulating large logical batches with limited memory", and adaptive clipping (Andrew
# et al. 2021) moves its bound by the share of the batch that is not clipped. zero_grad, which keeps the sum of gradients between pieces,
# sets that count back to zero, so the share is the last piece's; a Poisson batch is in the order of the data, so sorted data have the
# last classes decide. Its noise, made for a batch's count, lands on a piece's, too. Seen with Python 3.12, 2026-11-30: a batch of 4
# samples of norm 10 and 4 of 0.1, a target of half unclipped, rate 0.2, no noise; the bound after 10 batches, from 1:
#
#   whole batches: 1.00; in pieces of 4: 0.37; of 2: 0.37; in reverse order: 1.00, 2.72, 2.72
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
from opacus.utils.batch_memory_manager import BatchMemoryManager
from torch.utils.data import DataLoader, TensorDataset

NORMS = torch.tensor([10.0] * 4 + [0.1] * 4)


def bound(norms, piece):
    model = torch.nn.Linear(1, 1, bias=False)
    private, optimizer, batches = PrivacyEngine().make_private(
        module=model,
        optimizer=torch.optim.SGD(model.parameters(), lr=0.0),
        data_loader=DataLoader(TensorDataset(norms[:, None]), batch_size=len(norms)),
        noise_multiplier=0.0,
        max_grad_norm=1.0,
        clipping="adaptive",
        target_unclipped_quantile=0.5,
        clipbound_learning_rate=0.2,
        min_clipbound=1e-3,
        max_clipbound=1e3,
        unclipped_num_std=1e-6,
    )
    with BatchMemoryManager(data_loader=batches, max_physical_batch_size=piece, optimizer=optimizer) as pieces:
        for _ in range(10):
            for (inputs,) in pieces:
                optimizer.zero_grad()
                private(inputs).mean().backward()  # a sample's gradient is its input
                optimizer.step()
    return f"{float(optimizer.max_grad_norm):.2f}"


whole, half, quarter = (bound(NORMS, piece) for piece in (8, 4, 2))
turned = ", ".join(bound(NORMS.flip(0), piece) for piece in (8, 4, 2))
print(f"whole batches: {whole}; in pieces of 4: {half}; of 2: {quarter}; in reverse order: {turned}")
PYTHON
)
echo "$seen"
[ "$seen" = "whole batches: 1.00; in pieces of 4: 0.37; of 2: 0.37; in reverse order: 1.00, 2.72, 2.72" ]
