#!/usr/bin/env bash
# byzpy 0.1.4, CenteredClipping(init="median"): the number of workers decides the aggregate.
#
# A pool of workers is expected to change how long an aggregate takes, and at most its last digits, as it does for the package's other
# rules. With ten clients the median of a coordinate is the lower of the two in the middle without a pool (torch's), and their mean with
# one (numpy's). Seen with Python 3.12, 2026-11-30, in 100 rounds of ten updates of 20 numbers, one step of clipping at 0.5; by the number
# of clients, the mean distance of the aggregates of one and of two workers, in units of their length:
#
#   10 clients: from the median 0.39, from the mean 0.00; 11 clients: from the median 0.00, from the mean 0.00
#
# Fails if that changes. The number of workers changes no byte here (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" byzpy==0.1.4 torch==2.5.1
seen=$("$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import asyncio

import numpy as np
import torch
from byzpy.aggregators.norm_wise.center_clipping import CenteredClipping
from byzpy.engine.graph.executor import OperatorExecutor
from byzpy.engine.graph.pool import ActorPoolConfig


async def distance(clients, init):
    generator = np.random.default_rng(0)
    rule = CenteredClipping(c_tau=0.5, M=1, init=init)
    found = []
    async with OperatorExecutor(rule, pool_config=ActorPoolConfig(backend="thread", count=2)) as two:
        for _ in range(100):
            updates = list(torch.from_numpy(generator.normal(size=(clients, 20))))
            one = rule.aggregate(updates)
            found.append(float((await two.run({"gradients": updates}) - one).norm() / one.norm()))
    return f"from the {init} {np.mean(found):.2f}"


async def main():
    seen = [
        f"{clients} clients: {await distance(clients, 'median')}, {await distance(clients, 'mean')}" for clients in (10, 11)
    ]
    print("; ".join(seen))


asyncio.run(main())
PYTHON
)
echo "$seen"
[ "$seen" = "10 clients: from the median 0.39, from the mean 0.00; 11 clients: from the median 0.00, from the mean 0.00" ]
