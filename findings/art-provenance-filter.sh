#!/usr/bin/env bash
# adversarial-robustness-toolbox 1.20.1, ProvenanceDefense: leaving one device out leaves other devices' samples out too.
#
# Baracaldo et al. 2017 train with and without the samples of one source and compare. The package's filter drops every sample whose
# values all occur somewhere in the device's samples, in any place, rather than the device's samples. Images have few values, so the
# images of others go as well. Seen with Python 3.12, 2026-11-30, on scikit-learn's 1797 digits (17 gray levels) and a device of 1, 2, 5
# or 30 of them, and on the same digits with a millionth of noise:
#
#   kept without the device: 1765, 0, 0, 0 of 1796, 1795, 1792, 1767; with the noise: 1796, 1795, 1792, 1767
#
# Fails if that changes. What it calls a device's effect is that of most of the data on images, and is right only on continuous features.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" adversarial-robustness-toolbox==1.20.1 packaging \
  numpy==2.5.5 scipy==1.18.1 scikit-learn==1.9.1
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import numpy as np
from art.defences.detector.poison import ProvenanceDefense
from sklearn.datasets import load_digits

SIZES = (1, 2, 5, 30)
images, labels = load_digits(return_X_y=True)
noisy = images + 1e-6 * np.random.default_rng(0).random(images.shape)


def kept(data):
    return ", ".join(str(len(ProvenanceDefense.filter_input(data, labels, data[:size])[0])) for size in SIZES)


others = ", ".join(str(len(images) - size) for size in SIZES)
print(f"kept without the device: {kept(images)} of {others}; with the noise: {kept(noisy)}")
PYTHON
)
echo "$seen"
[ "$seen" = "kept without the device: 1765, 0, 0, 0 of 1796, 1795, 1792, 1767; with the noise: 1796, 1795, 1792, 1767" ]
