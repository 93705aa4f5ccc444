#!/usr/bin/env bash
# niteshade 0.1.4, DefenderGroup: of defenders in sequence only the last decides.
#
# A group without `ensemble_accept_rate` is documented as sequential: if one defender rejects a point, it is rejected and not sent forward.
# The package gives every defender the batch that came in and returns what the last one makes of it. Its own dependencies are those of 2022,
# so newer ones are installed here; the group itself calls none of them. Seen with Python 3.11 and 3.12, 2026-11-30, for a batch of 100 points of two
# classes and ten poisoned ones that are far from both, for a FeasibleSetDefender (distance 4) and a KNN_Defender, which corrects labels:
#
#   poisoned points that are left: by the first alone 0 of 10, by the group of both 10 of 10, by one after the other by hand 0 of 10
#   in the other order: by the group of both 0 of 10
#
# Fails if that changes. Here a round has one defense, and samples are not filtered (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" torch==2.13.0 torchvision==0.28.0 numpy==1.26.4 \
  scikit-learn==1.5.2 pandas==2.2.3 matplotlib==3.7.5 fpdf==1.7.2 tqdm==4.67.1
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" --no-deps niteshade==0.1.4
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import numpy as np
from niteshade.defence import DefenderGroup, FeasibleSetDefender, KNN_Defender

CLEAN, POISONED = 100, 10
FAR = np.array([50.0, 50.0])


def clean(generator):
    labels = generator.integers(2, size=CLEAN)
    return generator.normal(size=(CLEAN, 2)) * 0.5 + 5 * labels[:, None], labels


def defenders():
    known = clean(np.random.default_rng(0))
    return FeasibleSetDefender(*known, threshold=4), KNN_Defender(*known, nearest_neighbours=5, confidence_threshold=0.5)


def left(*steps):
    generator = np.random.default_rng(1)
    points, labels = clean(generator)
    points = np.concatenate([points, FAR + generator.normal(size=(POISONED, 2))])
    labels = np.concatenate([labels, generator.integers(2, size=POISONED)])
    for step in steps:
        points, labels = step.defend(points, labels)
    far = points.min(axis=1) > 20
    assert (~far).sum() == CLEAN  # no clean point is rejected
    return f"{far.sum()} of {POISONED}"


print(f"poisoned points that are left: by the first alone {left(defenders()[0])},", end=" ")
print(f"by the group of both {left(DefenderGroup(list(defenders())))}, by one after the other by hand {left(*defenders())}")
print(f"in the other order: by the group of both {left(DefenderGroup(list(defenders())[::-1]))}")
PYTHON
)
echo "$seen"
[ "$seen" = "poisoned points that are left: by the first alone 0 of 10, by the group of both 10 of 10, by one after the other by hand 0 of 10
in the other order: by the group of both 0 of 10" ]
