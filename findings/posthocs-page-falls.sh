#!/usr/bin/env bash
# scikit-posthocs 0.17.1, test_page: what falls along the list is found more easily than what rises.
#
# Page's L is compared with its mean, and a correction for continuity, which the package says it always applies, takes half a step off the
# distance, on either side. Here half a step is taken off L: rises come nearer to the mean, falls go away from it. The same accuracies
# with the cells listed the other way round are expected to have the same two-sided p-value. Seen with Python 3.11, 2026-11-30, with
# accuracies of three seeds in three cells, and with all 216 ways to rank three cells in three seeds, at 2.5 % on each side:
#
#   two-sided: rising 0.066, falling 0.025 (by hand 0.066, 0.066; exact 0.065, 0.065)
#   found where nothing is there: rises 0.5 %, falls 3.2 % (by hand 0.5 %, 0.5 %)
#
# Fails if that changes. The trend of a claim here is scipy's, with exact p-values (docs/claims.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export OMP_NUM_THREADS=1 MPLBACKEND=Agg MPLCONFIGDIR="$folder/matplotlib"
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" \
  scikit-posthocs==0.17.1 scipy==1.17.1 pandas==3.1.1 numpy==2.4.6
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
from itertools import permutations, product

import numpy as np
from scikit_posthocs import test_page
from scipy.stats import norm, page_trend_test, rankdata

ACCURACIES = np.array([[60.0, 65, 70], [62, 66, 71], [63, 61, 72]])  # seeds, cells
SIDE = 0.025


def by_hand(table):
    seeds, cells = table.shape
    away = (rankdata(table, axis=1).sum(axis=0) * np.arange(1, cells + 1)).sum() - seeds * cells * (cells + 1) ** 2 / 4
    deviation = np.sqrt(seeds * cells**2 * (cells + 1) * (cells**2 - 1) / 144)
    return np.sign(away), norm.sf((abs(away) - 0.5) / deviation)


def exact(table):
    return 2 * min(page_trend_test(way, method="exact").pvalue for way in (table, table[:, ::-1]))


def percent(found):
    return f"{100 * np.mean(found):.1f} %"


both = ACCURACIES, ACCURACIES[:, ::-1]
print("two-sided: rising {:.3f}, falling {:.3f}".format(*(test_page(way)[0] for way in both)), end=" ")
print("(by hand {:.3f}, {:.3f};".format(*(2 * by_hand(way)[1] for way in both)), end=" ")
print("exact {:.3f}, {:.3f})".format(*map(exact, both)))
tables = [np.array(ranks, float) for ranks in product(permutations(range(3)), repeat=3)]
hands = [by_hand(table) for table in tables]
print(f"found where nothing is there: rises {percent([test_page(t, alternative='greater')[0] <= SIDE for t in tables])},", end=" ")
print(f"falls {percent([test_page(t, alternative='less')[0] <= SIDE for t in tables])}", end=" ")
print(f"(by hand {', '.join(percent([side == way and p <= SIDE for side, p in hands]) for way in (1, -1))})")
PYTHON
)
echo "$seen"
[ "$seen" = "two-sided: rising 0.066, falling 0.025 (by hand 0.066, 0.066; exact 0.065, 0.065)
found where nothing is there: rises 0.5 %, falls 3.2 % (by hand 0.5 %, 0.5 %)" ]
