#!/usr/bin/env bash
# opacus 1.6.0, ExponentialGradClip: with per-layer or ghost clipping the schedule scales the noise, and gradients are clipped as before.
#
# The schedule "multiplies the max_grad_norm by gamma every epoch", and a gamma below 1 is to "clip more". With clipping="per_layer" the
# bounds are another field, with grad_sample_mode="ghost" the model has its own, and the schedule reaches neither; the noise, whose
# deviation is to be noise_multiplier times the bound, shrinks by gamma. The accountant goes on as if it had not: at gamma 0.1 a step of
# noise multiplier 1 is one of 0.1, and its epsilon the same as before. LambdaGradClip and StepGradClip set the same field. Seen with
# Python 3.12, 2026-11-30, after one step of the schedule at gamma 0.1 from a bound of 1, one sample, 10,000 weights:
#
#   clipped norm and noise: flat 0.10, 0.10; per layer 1.00, 0.10; ghost 1.00, 0.10; epsilon 4.73, 4.73, 4.73 (multiplier 0.1: 96.12)
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
from opacus.accountants import RDPAccountant
from opacus.schedulers import ExponentialGradClip
from torch.utils.data import DataLoader, TensorDataset

DATA = TensorDataset(torch.full((1, 100), 10.0), torch.zeros(1, dtype=torch.int64))
MODES = {
    "flat": {"max_grad_norm": 1.0},
    "per layer": {"max_grad_norm": [1.0], "clipping": "per_layer"},
    "ghost": {"max_grad_norm": 1.0, "grad_sample_mode": "ghost"},
}


def step(multiplier, options):
    """How the weights move in one step at rate 1, and what the accountant says of it."""
    engine, model = PrivacyEngine(accountant="rdp"), torch.nn.Linear(100, 100, bias=False)
    torch.nn.init.zeros_(model.weight)
    private, optimizer, *criterion, batches = engine.make_private(
        module=model,
        optimizer=torch.optim.SGD(model.parameters(), lr=1.0),
        criterion=torch.nn.CrossEntropyLoss(),
        data_loader=DataLoader(DATA),
        noise_multiplier=multiplier,
        noise_generator=torch.Generator().manual_seed(1),
        **options,
    )
    loss = criterion[0] if criterion else torch.nn.CrossEntropyLoss()
    schedule = ExponentialGradClip(optimizer, gamma=0.1)
    schedule.step()
    for inputs, labels in batches:
        loss(private(inputs), labels).backward()
        optimizer.step()
    return model.weight.detach(), engine.get_epsilon(1e-5) if multiplier else None


seen, epsilons = [], []
for name, options in MODES.items():
    clipped, _ = step(0.0, options)
    noisy, epsilon = step(1.0, options)
    seen.append(f"{name} {clipped.norm():.2f}, {(noisy - clipped).std():.2f}")
    epsilons.append(f"{epsilon:.2f}")
right = RDPAccountant()
right.step(noise_multiplier=0.1, sample_rate=1.0)
print(
    f"clipped norm and noise: {'; '.join(seen)}; epsilon {', '.join(epsilons)}"
    f" (multiplier 0.1: {right.get_epsilon(1e-5):.2f})"
)
PYTHON
)
echo "$seen"
[ "$seen" = "clipped norm and noise: flat 0.10, 0.10; per layer 1.00, 0.10; ghost 1.00, 0.10; epsilon 4.73, 4.73, 4.73\
 (multiplier 0.1: 96.12)" ]
