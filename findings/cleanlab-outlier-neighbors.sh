#!/usr/bin/env bash
# cleanlab 2.9.0, Datalab: the outlier check takes as many neighbors as an earlier check did, whatever its k says.
#
# The guide has k for the outlier check, the "number of neighbors to use when calculating outlier score". A check leaves its graph of
# neighbors in the lab, and the outlier check takes the mean over all of a graph that has k neighbors or more: k = 3 is 10 after the
# check for near-duplicates (10 by default), and `get_info` says 3. Seen with Python 3.11, 2026-11-30, with 200 samples of a normal
# distribution and a clump of five samples far from them, as edge cases are, which have four neighbors near them:
#
#   outliers among the five, k = 3: alone 0; after near_duplicate 5; both in one call, outlier first 0, second 5
#   (by hand: k = 3: 0, k = 10: 5)
#
# Fails if that changes (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" \
  "cleanlab[datalab]==2.9.0" numpy==2.4.6 scikit-learn==1.9.1
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON' | tail -n 1
import numpy as np
from cleanlab import Datalab
from scipy.spatial.distance import cdist

CLUMP, K, SHARE = 5, 3, 0.37037  # the last is the default threshold
generator = np.random.default_rng(0)
FEATURES = np.concatenate([generator.normal(size=(200, 2)), [20, 20] + 0.1 * generator.normal(size=(CLUMP, 2))])


def checked(*calls):
    lab = Datalab({"number": list(range(len(FEATURES)))}, verbosity=0)
    for call in calls:
        lab.find_issues(features=FEATURES, issue_types=call)
    assert lab.get_info("outlier")["k"] == K
    return lab.get_issues("outlier")["is_outlier_issue"].to_numpy()[-CLUMP:].sum()


def by_hand(neighbors):
    far = np.sort(cdist(FEATURES, FEATURES), axis=1)[:, 1 : neighbors + 1].mean(axis=1)
    low, high = np.percentile(far, [25, 75])
    return (far[-CLUMP:] > high + (1 / SHARE - 1) * (high - low)).sum()


outlier, duplicate = {"outlier": {"k": K}}, {"near_duplicate": {}}
print(
    f"outliers among the five, k = 3: alone {checked(outlier)}; after near_duplicate {checked(duplicate, outlier)}; "
    f"both in one call, outlier first {checked(outlier | duplicate)}, second {checked(duplicate | outlier)} "
    f"(by hand: k = 3: {by_hand(3)}, k = 10: {by_hand(10)})"
)
PYTHON
)
echo "$seen"
[ "$seen" = "outliers among the five, k = 3: alone 0; after near_duplicate 5;\
 both in one call, outlier first 0, second 5 (by hand: k = 3: 0, k = 10: 5)" ]
