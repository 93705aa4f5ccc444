#!/usr/bin/env bash
# alibi-detect 0.13.0, Mahalanobis: where the features' numbers are small, every score is 0 and nothing is an outlier.
#
# The guide calls the score a measure of the Mahalanobis distance, which does not depend on the features' unit, and asks for no scaling. The
# package inverts a covariance only if its determinant is above 1e-8, and a determinant is a power of the unit: with three principal
# components, its default, features with a standard deviation below 0.046, as updates of weights have, get no inverse at all. Their scores
# are 0, the threshold that `infer_threshold` finds is 0, and nothing is above it; there is no warning. Seen with Python 3.11 and 3.12, 2026-11-30,
# with 1000 samples of five normal features, whose 99th percentile is the threshold, then 1000 more and ten that are ten standard deviations
# off in each feature:
#
#   standard deviation 1: found 10 of the ten, 1010 of 1010 scores are not 0
#   standard deviation 0.05: found 10 of the ten, 1010 of 1010 scores are not 0
#   standard deviation 0.03: found 0 of the ten, 0 of 1010 scores are not 0 (0.001: the same)
#
# Fails if that changes. Here features are scaled to variance 1 along each principal component (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" alibi-detect==0.13.0 numpy==1.26.4 scipy==1.17.1
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import numpy as np
from alibi_detect.od import Mahalanobis

ORDINARY, FAR, FEATURES = 1000, 10, 5
generator = np.random.default_rng(0)
first = generator.normal(size=(ORDINARY, FEATURES))
second = np.concatenate([generator.normal(size=(ORDINARY, FEATURES)), 10 + generator.normal(size=(FAR, FEATURES))])


def detected(deviation):
    detector = Mahalanobis()
    detector.infer_threshold(deviation * first, threshold_perc=99)
    data = detector.predict(deviation * second)["data"]
    return data["is_outlier"][ORDINARY:].sum(), np.count_nonzero(data["instance_score"])


for deviation in 1, 0.05, 0.03, 0.001:
    found, scored = detected(deviation)
    print(f"standard deviation {deviation}: found {found} of the ten, {scored} of {len(second)} scores are not 0")
PYTHON
)
echo "$seen"
[ "$seen" = "standard deviation 1: found 10 of the ten, 1010 of 1010 scores are not 0
standard deviation 0.05: found 10 of the ten, 1010 of 1010 scores are not 0
standard deviation 0.03: found 0 of the ten, 0 of 1010 scores are not 0
standard deviation 0.001: found 0 of the ten, 0 of 1010 scores are not 0" ]
