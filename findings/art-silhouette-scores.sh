#!/usr/bin/env bash
# adversarial-robustness-toolbox 1.20.1, activation clustering by "silhouette-scores": a cluster found to be poison is listed as clean.
#
# By the package's text a cluster is poison if it is small and the silhouette score of its class high. Where both hold, the code makes
# the small cluster the poison one and the clean one at once: the report says suspicious, the summary of poison clusters has none, and
# the large cluster gets no verdict at all (its entries stay whatever the memory held). Seen with Python 3.12, 2026-11-30, on 4
# classes of 100, one with 20 samples far from its other 80:
#
#   report: class 1 is suspicious; poison clusters in the summary: 0; by relative size: 1
#
# Fails if that changes. A count of poison clusters made with this analysis is 0 whatever the data.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" adversarial-robustness-toolbox==1.20.1 packaging \
  numpy==2.5.5 scipy==1.18.1 scikit-learn==1.9.1
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import numpy as np
from art.defences.detector.poison import ClusteringAnalyzer

generator = np.random.default_rng(0)
activations, clusters = [], []
for label in range(4):
    small = 20 if label == 1 else 45
    of_class = generator.normal(size=(100, 10))
    if label == 1:
        of_class[:small, 0] += 10
    activations.append(of_class)
    clusters.append(np.repeat([1, 0], [small, 100 - small]))

analyzer = ClusteringAnalyzer()
_, by_silhouette, report = analyzer.analyze_by_silhouette_score(clusters, activations)
_, by_size, _ = analyzer.analyze_by_relative_size([clusters[1]])
suspicious = [label for label in range(4) if report[f"class_{label}"]["suspicious"]]

print(f"report: class {', '.join(map(str, suspicious))} is suspicious; ", end="")
print(f"poison clusters in the summary: {by_silhouette.sum():.0f}; by relative size: {by_size.sum():.0f}")
PYTHON
)
echo "$seen"
[ "$seen" = "report: class 1 is suspicious; poison clusters in the summary: 0; by relative size: 1" ]
