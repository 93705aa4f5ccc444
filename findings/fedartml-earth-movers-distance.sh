#!/usr/bin/env bash
# fedartml 0.1.34, earth mover's distance between clients' labels: 0 where no two clients share a class.
#
# The distance of two distributions over classes is expected to be largest where they have no class in common, and 0 where they are equal,
# as the package's Hellinger distance is. It hands the shares of the classes to SciPy's wasserstein_distance as the *values* of two
# samples, so that it compares how large the shares are and not which classes have them: clients of one class each, or of five classes
# here and the other five there, are as far apart as clients of an iid division. Seen with Python 3.12, 2026-11-30:
#
#   ten clients, a class each: 0.00 (Hellinger 1.00); two, five classes each: 0.00 (Hellinger 1.00); ten, iid: 0.00 (Hellinger 0.00)
#
# Fails if that changes. How unequal a division is, is measured here by the table of clients and classes (docs/results.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" fedartml==0.1.34 scikit-learn==1.9.1
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import numpy as np
from fedartml.function_base import earth_movers_distance, hellinger_distance

HALVES = np.repeat([[1.0, 0.0], [0.0, 1.0]], 5, axis=1) / 5
DIVISIONS = {"ten clients, a class each": np.eye(10), "two, five classes each": HALVES, "ten, iid": np.full((10, 10), 0.1)}
print(
    "; ".join(
        f"{name}: {earth_movers_distance(shares):.2f} (Hellinger {hellinger_distance(shares):.2f})"
        for name, shares in DIVISIONS.items()
    )
)
PYTHON
)
echo "$seen"
[ "$seen" = "ten clients, a class each: 0.00 (Hellinger 1.00); two, five classes each: 0.00 (Hellinger 1.00); ten, iid: 0.00 (Hellinger 0.00)" ]
