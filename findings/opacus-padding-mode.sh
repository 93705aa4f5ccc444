#!/usr/bin/env bash
# opacus 1.6.0, nn.Conv2d with padding_mode: the forward pass pads as asked, the per-sample gradients are those of zeros around the image.
#
# The sum of the per-sample gradients is torch's gradient of the summed loss; it is with zeros. With "circular", "reflect" or "replicate" a
# step without noise and clipping goes another way than torch's, and further off the smaller the maps are. Seen with Python 3.12,
# 2026-11-30, a 3 x 3 convolution of 8 random images of 8 x 8, the length of what is wrong over that of torch's gradient:
#
#   zeros 0 %; circular 18 %; reflect 18 %; replicate 18 %
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
from opacus import GradSampleModule

MODES = ("zeros", "circular", "reflect", "replicate")


def wrong(mode):
    torch.manual_seed(0)
    layer = torch.nn.Conv2d(3, 4, 3, padding=1, padding_mode=mode)
    images = torch.rand(8, 3, 8, 8)
    (layer(images) ** 2).sum().backward()
    expected = layer.weight.grad.clone()
    wrapped = GradSampleModule(layer, loss_reduction="sum")
    (wrapped(images) ** 2).sum().backward()
    return ((layer.weight.grad_sample.sum(0) - expected).norm() / expected.norm()).item()


print("; ".join(f"{mode} {wrong(mode):.0%}".replace("%", " %") for mode in MODES))
PYTHON
)
echo "$seen"
[ "$seen" = "zeros 0 %; circular 18 %; reflect 18 %; replicate 18 %" ]
