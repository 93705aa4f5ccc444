#!/usr/bin/env bash
# p2pfl 0.4.4, compression "topk": the largest numbers stay, not those of the largest size. What is negative is set to zero.
#
# Top-k sparsification keeps the coordinates that are farthest from zero (Aji and Heafield 2017, Stich et al. 2018). The package sorts
# the signed values ("the top k largest values" in its docstring): as long as enough are positive, no negative one is kept, be it ten
# times as large, and an update or a model arrives that has moved up. Seen with Python 3.12, 2026-11-30, for ten numbers of which half
# is kept, and 100000 normal ones (numpy's seed 0) of which a tenth is:
#
#   of -5 to -1 and 0.1 to 0.5: 0.1 0.2 0.3 0.4 0.5; of normal ones 10000 above 0, 0 below, 32% of the squares (the rule: 44%)
#
# Fails if that changes (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" numpy==1.26.4 opendp==0.16.0
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" --no-deps p2pfl==0.4.4
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import numpy as np
from p2pfl.learning.compression.manager import CompressionManager


def arrived(update, share):
    return CompressionManager.reverse(CompressionManager.apply([update], {}, {"topk": {"k": share}}))[0][0]


few = arrived(np.array([-5, -4, -3, -2, -1, 0.1, 0.2, 0.3, 0.4, 0.5]), 0.5)
print("of -5 to -1 and 0.1 to 0.5:", *few[few != 0], end="; ")
many = np.random.default_rng(0).normal(size=100000)
kept = arrived(many, 0.1)
rule = np.sort(np.abs(many))[-10000:]
squares, most = ((values**2).sum() / (many**2).sum() for values in (kept, rule))
print(f"of normal ones {(kept > 0).sum()} above 0, {(kept < 0).sum()} below, {squares:.0%} of the squares (the rule: {most:.0%})")
PYTHON
)
echo "$seen"
[ "$seen" = "of -5 to -1 and 0.1 to 0.5: 0.1 0.2 0.3 0.4 0.5; of normal ones 10000 above 0, 0 below, 32% of the squares (the rule: 44%)" ]
