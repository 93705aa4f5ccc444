#!/usr/bin/env bash
# flexclash 0.0.3 (FLEXible), trimmed_mean: as many values are cut off above as below, less one.
#
# A trimmed mean drops an equal share of the lowest and of the highest values of a coordinate (Yin et al. 2018), and the package's page
# says "both below and above". Its slice takes one place more at the upper end, so that of ten clients at the default of 0.1 nothing is
# dropped above. Seen with Python 3.12, 2026-11-30, for ten clients with the values 0 to 9, and with 1000 in the place of 9:
#
#   share 0.1: 5.0, 115.1 (the rule: 4.5, 4.5); share 0.2: 5.0, 5.0 (the rule: 4.5, 4.5)
#
# Fails if that changes. The trimmed mean here drops f a side (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" flexclash==0.0.3 flexible-fl==0.7.0 scipy==1.16.3
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import numpy as np
from flex.model import FlexModel
from flexclash.pool.defences import trimmed_mean
from scipy.stats import trim_mean

VALUES = [np.arange(10.0), np.append(np.arange(9.0), 1000.0)]


def of_package(values, share):
    aggregator = FlexModel()
    aggregator["weights"] = [[np.array([value])] for value in values]
    trimmed_mean(aggregator, None, trim_proportion=share)
    return aggregator["aggregated_weights"][0].item()


def told(share):
    package = ", ".join(f"{of_package(values, share):.1f}" for values in VALUES)
    rule = ", ".join(f"{trim_mean(values, share):.1f}" for values in VALUES)
    return f"share {share}: {package} (the rule: {rule})"


print("; ".join(map(told, (0.1, 0.2))))
PYTHON
)
echo "$seen"
[ "$seen" = "share 0.1: 5.0, 115.1 (the rule: 4.5, 4.5); share 0.2: 5.0, 5.0 (the rule: 4.5, 4.5)" ]
