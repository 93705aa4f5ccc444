#!/usr/bin/env bash
# opacus 1.6.0, make_private: batches are not of the data loader's size on average, and drop_last, which is "ignored", decides them.
#
# DPDataLoader's text says that its rate is such that "the average batch size stays the same", and its warning that it is "Ignoring
# drop_last". The rate is one over the loader's number of batches: 33 samples in batches of 32 are two batches, hence a rate of a half
# and 16.5 samples a step, with noise for 16; with drop_last they are one batch, and every step takes all, at no gain of privacy from
# sampling. What is a rounding for a data set of 50,000 is a factor for a client of a few dozen. Seen with Python 3.12, 2026-11-30, at a
# batch size of 32, mean batch of 5000, and epsilon of 10 steps at noise multiplier 1:
#
#   of 33: 16.5; of 63: 31.4, with drop_last 63.0; of 95: 31.6, with drop_last 47.4; epsilon of 63: 11.54, with drop_last 19.05
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


def private(samples, drop_last=False):
    engine, model = PrivacyEngine(accountant="rdp"), torch.nn.Linear(1, 1)
    data = TensorDataset(torch.ones(samples, 1))
    loader = DataLoader(data, batch_size=32, drop_last=drop_last, generator=torch.Generator().manual_seed(1))
    parts = engine.make_private(
        module=model,
        optimizer=torch.optim.SGD(model.parameters(), lr=0.1),
        data_loader=loader,
        noise_multiplier=1.0,
        max_grad_norm=1.0,
    )
    return engine, *parts


def forever(batches):
    while True:
        yield from batches


def size(samples, drop_last=False):
    drawn = forever(private(samples, drop_last)[-1].batch_sampler)
    return f"{sum(len(next(drawn)) for _ in range(5000)) / 5000:.1f}"


def epsilon(samples, drop_last=False):
    engine, model, optimizer, batches = private(samples, drop_last)
    for _, (inputs,) in zip(range(10), forever(batches), strict=False):
        optimizer.zero_grad()
        model(inputs).mean().backward()
        optimizer.step()
    return f"{engine.get_epsilon(1e-5):.2f}"


print(
    f"of 33: {size(33)}; of 63: {size(63)}, with drop_last {size(63, True)}; of 95: {size(95)}, with drop_last"
    f" {size(95, True)}; epsilon of 63: {epsilon(63)}, with drop_last {epsilon(63, True)}"
)
PYTHON
)
echo "$seen"
[ "$seen" = "of 33: 16.5; of 63: 31.4, with drop_last 63.0; of 95: 31.6, with drop_last 47.4;\
 epsilon of 63: 11.54, with drop_last 19.05" ]
