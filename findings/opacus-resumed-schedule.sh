#!/usr/bin/env bash
# opacus 1.6.0, ExponentialNoise: a run that is resumed from a checkpoint starts its schedule anew, with its epoch's number going on.
#
# save_checkpoint and load_checkpoint take the schedule ("_NoiseScheduler whose state we should save"), so a resumed run is expected to
# have the noise of one that nobody interrupted. The schedule multiplies what the optimizer has, and that is in no state: after
# load_checkpoint the schedule says epoch 2, and the multiplier is the first one's. What the accountant reports is right for the noise that
# was added, which is not the noise that was planned. Seen with Python 3.12, 2026-11-30, four epochs of one step, gamma 0.5 from 4,
# with all three objects saved and loaded after the second:
#
#   noise multipliers 4, 2, 1, 0.5, epsilon 12.77; saved and loaded after two epochs 4, 2, 4, 2, epsilon 3.62
#
# Fails if that changes (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" torch==2.13.0 opacus==1.6.0
export OMP_NUM_THREADS=1
seen=$(cd "$folder" && "$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import torch
from opacus import PrivacyEngine
from opacus.schedulers import ExponentialNoise
from torch.utils.data import DataLoader, TensorDataset

EPOCHS, SAVED = 4, 2
DATA = TensorDataset(torch.ones(4, 1))


class Run:
    def __init__(self):
        self.engine = PrivacyEngine(accountant="rdp")
        model = torch.nn.Linear(1, 1)
        self.model, self.optimizer, self.loader = self.engine.make_private(
            module=model,
            optimizer=torch.optim.SGD(model.parameters(), lr=0.1),
            data_loader=DataLoader(DATA, batch_size=4),
            noise_multiplier=4.0,
            max_grad_norm=1.0,
        )
        self.schedule = ExponentialNoise(self.optimizer, gamma=0.5)

    def parts(self):
        return {"module": self.model, "optimizer": self.optimizer, "noise_scheduler": self.schedule}

    def epoch(self):
        for (x,) in self.loader:
            self.optimizer.zero_grad()
            self.model(x).sum().backward()
            self.optimizer.step()
        multiplier = self.optimizer.noise_multiplier
        self.schedule.step()
        return multiplier


def told(interrupted):
    run, multipliers = Run(), []
    for epoch in range(EPOCHS):
        if interrupted and epoch == SAVED:
            run.engine.save_checkpoint(path="saved.pt", **run.parts())
            run = Run()
            run.engine.load_checkpoint(path="saved.pt", **run.parts())
            assert run.schedule.last_epoch == SAVED
        multipliers.append(run.epoch())
    assert [times for _, _, times in run.engine.accountant.history] == [1] * EPOCHS
    return f"{', '.join(f'{value:g}' for value in multipliers)}, epsilon {run.engine.get_epsilon(1e-5):.2f}"


print(f"noise multipliers {told(False)}; saved and loaded after two epochs {told(True)}")
PYTHON
)
echo "$seen"
expected="noise multipliers 4, 2, 1, 0.5, epsilon 12.77; saved and loaded after two epochs 4, 2, 4, 2, epsilon 3.62"
[ "$seen" = "$expected" ]
