#!/usr/bin/env bash
# p2pfl 0.4.4, SCAFFOLD with PyTorch: the control variates change no step of a client.
#
# Each local step is to be y - lr (g - c_i + c) (Karimireddy et al. 2020). The callback adds the correction to the gradients of copies
# that have none, in the hook before they are set to zero: clients train as with FedAvg, whatever the server sends, and the server's c
# is kept up for nothing. Seen with Python 3.12, 2026-11-30, for ten steps at 0.1 from w = (0, 0) with the loss |w - (1, -1)|^2 / 2:
#
#   c (0, 0): w 0.651 -0.651 (the rule: 0.651 -0.651); c (1, -3): w 0.651 -0.651 (the rule: 0.000 1.303)
#
# Fails if that changes. There is no SCAFFOLD here.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" numpy==1.26.4 opendp==0.16.0 torch==2.13.0 lightning==2.6.6
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" --no-deps p2pfl==0.4.4
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import lightning
import numpy as np
import torch
from p2pfl.learning.frameworks.pytorch.callbacks.scaffold_callback import SCAFFOLDCallback
from torch.utils.data import DataLoader, TensorDataset

OPTIMUM, RATE, STEPS = (1.0, -1.0), 0.1, 10
QUIET = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False, "enable_model_summary": False}


class Bowl(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.w = torch.nn.Parameter(torch.zeros(2))

    def training_step(self, batch, index):
        return ((self.w - batch[0]) ** 2).sum() / 2

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=RATE)


def of_package(server):
    callback, module = SCAFFOLDCallback(), Bowl()
    callback.set_info({"global_c": [np.array(server, dtype=np.float32)]})
    data = DataLoader(TensorDataset(torch.tensor([OPTIMUM] * STEPS)), batch_size=1)
    lightning.Trainer(max_epochs=1, accelerator="cpu", callbacks=[callback], **QUIET).fit(module, data)
    return module.w.tolist()


def rule(server):
    w = np.zeros(2)
    for _ in range(STEPS):
        w = w - RATE * (w - OPTIMUM + server)  # the client's own variate is zero in its first round
    return w


def told(server):
    ours, theirs = (" ".join(f"{number:.3f}" for number in w) for w in (rule(server), of_package(server)))
    return f"c {server}: w {theirs} (the rule: {ours})"


print("; ".join(map(told, ((0, 0), (1, -3)))))
PYTHON
)
echo "$seen"
[ "$seen" = "c (0, 0): w 0.651 -0.651 (the rule: 0.651 -0.651); c (1, -3): w 0.651 -0.651 (the rule: 0.000 1.303)" ]
