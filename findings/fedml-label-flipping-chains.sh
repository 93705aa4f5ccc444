#!/usr/bin/env bash
# fedml 0.9.6, LabelFlippingAttack: a class that is both an original and a target is flipped on, or back, so that a swap is no swap.
#
# The attack takes a list of original classes and one of their targets, and each sample's label is expected to become its class' target. The
# pairs are applied one after the other to the labels as they are by then: with the originals 3 and 5 and the targets 5 and 3, 3 becomes 5
# and then 3 again. Flipping y to 9 - y, a usual attack, leaves half of a balanced set as it was. Seen with Python 3.11, 2026-11-30, for ten
# samples each of ten classes:
#
#   3 and 5 swapped: 10 of 20 labels changed, those of class 3: 0; 9 - y: 50 of 100 changed, classes left in the set: 0 to 4;
#   y + 1 for 0 to 8: 90 changed, all to class 9
#
# Fails if that changes. A poisoned set has one label here, the attacker's (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" \
  fedml==0.9.6 torch==2.13.0 torchvision==0.28.0 numpy==1.26.4 setuptools==80.9.0
seen=$(HOME="$folder" "$folder/venv/bin/python" - 2> /dev/null <<'PYTHON' | tail -n 2
from types import SimpleNamespace

import torch
from fedml.core.security.attack.label_flipping_attack import LabelFlippingAttack
from torch.utils.data import DataLoader, TensorDataset

CLASSES = 10
LABELS = torch.arange(CLASSES).repeat(10)


def poisoned(originals, targets):
    attack = LabelFlippingAttack(
        SimpleNamespace(
            original_class_list=originals, target_class_list=targets, batch_size=20,
            ratio_of_poisoned_client=1.0, comm_round=1, client_num_per_round=1,
        )
    )
    data = DataLoader(TensorDataset(torch.zeros(len(LABELS), 1), LABELS), batch_size=20)
    return torch.cat([labels for _, labels in attack.poison_data(data)]).long()


swap = poisoned([3, 5], [5, 3])
mirror = poisoned(list(range(CLASSES)), list(range(CLASSES))[::-1])
shift = poisoned(list(range(CLASSES - 1)), list(range(1, CLASSES)))
print(
    f"3 and 5 swapped: {(swap != LABELS).sum()} of 20 labels changed, "
    f"those of class 3: {(swap != LABELS)[LABELS == 3].sum()};", end=" "
)
print(
    f"9 - y: {(mirror != LABELS).sum()} of {len(LABELS)} changed, "
    f"classes left in the set: {mirror.min()} to {mirror.max()};"
)
print(f"y + 1 for 0 to 8: {(shift != LABELS).sum()} changed, all to class {', '.join(map(str, shift.unique().tolist()))}")
PYTHON
)
echo "$seen"
[ "$seen" = "3 and 5 swapped: 10 of 20 labels changed, those of class 3: 0; 9 - y: 50 of 100 changed, classes left in the set: 0 to 4;
y + 1 for 0 to 8: 90 changed, all to class 9" ]
