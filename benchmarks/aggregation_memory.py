"""Measure the memory of an aggregation of VGG-11s: `python -m benchmarks.aggregation_memory`.

Ten random updates of 132,863,336 float32 parameters, each defense of figure 5 in a process of its
own. A rule that needs one update at a time gets one at a time, as in a simulation; the others get
[m, P], made row by row in place. What a process has before its first update is most of all torch.
"""

import argparse
import subprocess
import sys
import time

import torch

from benchmarks.measure import peak_memory
from edgecase import defenses
from edgecase.defenses import Aggregate, Rule
from edgecase.defenses.stream import Stream

CLIENTS, PARAMETERS = 10, 132_863_336
#: the defenses of figure 5 and what they require.
MEASURED = {
    "no-defense": {},
    "norm-clipping": {"norm_bound": 2.0},
    "weak-dp": {"norm_bound": 2.0, "stddev": 0.005},
    "krum": {"num_byzantine": 2},
    "multi-krum": {"num_byzantine": 2},
    "rfa": {},
}


def aggregate(rule: Rule, clients: int, size: int) -> Aggregate:
    """The aggregate of random updates [clients, size]."""
    generator, counts = torch.Generator().manual_seed(0), range(1, clients + 1)
    noise = torch.Generator().manual_seed(1)
    if rule.one_by_one:
        stream = Stream(rule, counts, torch.empty(size))  # never written to, so it takes no memory
        for _ in counts:
            stream.add(torch.empty(size).normal_(generator=generator))
        return stream.aggregate(generator=noise)
    updates = torch.empty(clients, size)
    for row in updates:
        row.normal_(generator=generator)
    return defenses.run(rule, updates, counts, generator=noise)


def measure(name: str, size: int) -> None:
    """Print the table's row of a defense."""
    torch.set_num_threads(1)
    before, began = peak_memory(torch.device("cpu")), time.perf_counter()
    aggregate(defenses.rule(name, MEASURED[name]), CLIENTS, size)
    seconds = time.perf_counter() - began
    peak = peak_memory(torch.device("cpu"))
    how = "one at a time" if defenses.rule_class(name).one_by_one else "all at once"
    print(f"| {name} | {how} | {before / 1e9:.2f} | {peak / 1e9:.2f} | {seconds:.0f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parameters", type=int, default=PARAMETERS)
    parser.add_argument("--defense", choices=MEASURED, help="measure this one, in this process")
    arguments = parser.parse_args()
    if arguments.defense:
        measure(arguments.defense, arguments.parameters)
        return
    print(
        "| defense | updates | before, GB | peak, GB | seconds |\n|---|---|---|---|---|", flush=True
    )
    for name in MEASURED:
        own = ["--defense", name, "--parameters", str(arguments.parameters)]
        subprocess.run([sys.executable, "-m", "benchmarks.aggregation_memory", *own], check=True)


if __name__ == "__main__":
    main()
