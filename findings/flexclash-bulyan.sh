#!/usr/bin/env bash
# flexclash 0.0.3 (FLEXible), bulyan: the first client is averaged several times in every round.
#
# Bulyan chooses clients one by one, by Krum among those that are left (El Mhamdi et al. 2018), so that none is chosen twice. The package's
# Krum sorts the rows of the table of distances where they are. From the second choice on a place in a row is no client any more, the chosen
# one is not taken out, all sums become infinite, and the first client wins. Seen with Python 3.12, 2026-11-30, in 100 random rounds of
# ten clients with f = 1 and m = 1, where eight are to be chosen:
#
#   different clients among the eight: 4.0 on average, 6 at most; the first client is chosen 3 to 6 times in 100 rounds
#
# Fails if that changes. Bulyan here is its definition (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" flexclash==0.0.3 flexible-fl==0.7.0
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import numpy as np
from flex.model import FlexModel
from flexclash.pool.defences import bulyan

CLIENTS, CHOSEN, NUMBERS = 10, 8, 20


def times_chosen(updates):
    """How often each client is chosen: it has a number of its own, which is 1 for it and 0 for others.

    The package's trimmed mean drops one value of each number, a 0, and averages the other seven. The numbers make all
    pairs of clients equally much farther apart.
    """
    own = np.hstack([updates, np.eye(CLIENTS)])
    aggregator = FlexModel()
    aggregator["weights"] = [[row] for row in own]
    bulyan(aggregator, None, f=1, m=1)
    return np.rint(aggregator["aggregated_weights"][0][NUMBERS:] * (CHOSEN - 1)).astype(int)


generator = np.random.default_rng(0)
times = np.stack([times_chosen(generator.normal(size=(CLIENTS, NUMBERS))) for _ in range(100)])
assert (times.sum(axis=1) == CHOSEN).all()
different = (times > 0).sum(axis=1)
often = np.flatnonzero(times[:, 0] > 1)
print(f"different clients among the eight: {different.mean():.1f} on average, {different.max()} at most;", end=" ")
print(f"the first client is chosen {times[often, 0].min()} to {times[often, 0].max()} times in {len(often)} rounds")
PYTHON
)
echo "$seen"
[ "$seen" = "different clients among the eight: 4.0 on average, 6 at most; the first client is chosen 3 to 6 times in 100 rounds" ]
