#!/usr/bin/env bash
# pandas 3.1.1, `rolling`, and seaborn 0.13.2: an infinite value is left out, so a run that diverged looks sound.
#
# The mean of a loss that is infinite in one round, or of one seed, is infinite (`Series.mean` says so, too), so a smoothed curve and a
# mean over seeds are expected to be. `rolling`, `expanding` and `ewm` take infinity for a missing value, and the mean that seaborn
# draws leaves the seed out, without a warning. Seen with Python 3.11, 2026-11-30 (pandas issue 57549 mentions it):
#
#   rounds 2, inf, 4: mean inf, rolling mean 3.0, rolling max 4.0; seeds 1, 3, inf: mean inf, drawn 2.0
#
# Fails if that changes. Our curves smooth accuracies alone, which are finite (workflow/edgecase/analysis/curves.py).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" pandas==3.1.1 seaborn==0.13.2
seen=$(MPLBACKEND=Agg "$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import math

import pandas as pd
import seaborn as sns

rounds = pd.Series([2.0, math.inf, 4.0])
window = rounds.rolling(3, min_periods=1)
seeds = pd.DataFrame({"round": [1, 1, 1], "seed": [0, 1, 2], "loss": [1.0, 3.0, math.inf]})
drawn = sns.lineplot(seeds, x="round", y="loss", errorbar=None).lines[0].get_ydata()[0]
print(
    f"rounds 2, inf, 4: mean {rounds.mean()}, rolling mean {window.mean().iloc[-1]}, rolling max {window.max().iloc[-1]}; "
    f"seeds 1, 3, inf: mean {seeds['loss'].mean()}, drawn {drawn}"
)
PYTHON
)
echo "$seen"
[ "$seen" = "rounds 2, inf, 4: mean inf, rolling mean 3.0, rolling max 4.0; seeds 1, 3, inf: mean inf, drawn 2.0" ]
