#!/usr/bin/env bash
# hdbscan 0.8.44 and scikit-learn 1.9.1: `min_samples` of one HDBSCAN is `min_samples` + 1 of the other.
#
# Both are HDBSCAN by Campello et al., with the same argument names and defaults; `HDBSCAN(min_cluster_size=3)` is expected to find the
# same clusters. hdbscan measures density by the third neighbour of a point, scikit-learn by the second, as it counts the point itself: of
# these ten numbers one sees noise alone, the other two clusters, and it agrees when it is told 4.
#
#   hdbscan: 0 clusters; scikit-learn: 2 clusters, with min_samples=4: 0 clusters
#
# With `min_samples=1`, which FLAME's and DeepSight's code asks for, there is no difference, as a point's nearest neighbour is never
# nearer than itself. Seen with Python 3.11, 2026-11-30. Fails if that changes. Ours counts as scikit-learn does
# (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" hdbscan==0.8.44 scikit-learn==1.9.1
cat > "$folder/cluster.py" <<'PYTHON'
import hdbscan
import numpy as np
from sklearn.cluster import HDBSCAN

points = np.array([7.0, 22, 34, 37, 39, 45, 49, 50, 52, 59]).reshape(-1, 1)


def clusters(found):
    return f"{len(set(found.fit_predict(points)) - {-1})} clusters"


print(
    f"hdbscan: {clusters(hdbscan.HDBSCAN(min_cluster_size=3))}; "
    f"scikit-learn: {clusters(HDBSCAN(min_cluster_size=3))}, "
    f"with min_samples=4: {clusters(HDBSCAN(min_cluster_size=3, min_samples=4))}"
)
PYTHON
seen=$("$folder/venv/bin/python" -W ignore "$folder/cluster.py")
echo "$seen"
[ "$seen" = "hdbscan: 0 clusters; scikit-learn: 2 clusters, with min_samples=4: 0 clusters" ]
