"""Time clients at once beside one after the other: `python -m benchmarks.at_once`.

The local training of a round on all of a CPU's cores, in turns, with and without another process
that keeps a core busy: `sequential` on as many threads as there are cores, and `at-once`. A ratio
is that within a turn; what else runs on the machine hits both.
"""

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace

import torch

from benchmarks.simulator import Simulator
from benchmarks.target import Measured, add_option, write
from benchmarks.workload import build, resolve
from edgecase.federation.trainer import AT_ONCE, SEQUENTIAL
from edgecase.machine.device import configure

#: model in words → the task whose round it is, and the width.
CASES = {
    "LeNet": ("emnist-ardis", 1.0),
    "VGG-9, width ¼": ("cifar10-southwest", 0.25),
    "CNN of pfl-research": ("cifar10-iid", 1.0),
}
#: beside another process that computes → how many times as fast at once is to be.
TARGETS = {False: 1.0, True: 3.0}
_SPIN = "while True: pass"


@contextlib.contextmanager
def busy_core(wanted: bool) -> Iterator[None]:
    """A process of its own that computes all the time, if it is `wanted`."""
    process = subprocess.Popen([sys.executable, "-c", _SPIN]) if wanted else None
    try:
        yield
    finally:
        if process is not None:
            process.kill()
            process.wait()


def simulators(task: str, width: float, clients: int, threads: int) -> dict[str, Simulator]:
    """The round of the first `clients` participants of a task, by both back-ends."""
    parameters = resolve(task, attacked=False, precision="fp32")
    workload = build(parameters | {"model": parameters["model"] | {"width": width}})
    few = replace(workload.participants, ids=workload.participants.ids[:clients])
    cpu = torch.device("cpu")
    configure(cpu, threads)
    return {
        backend: Simulator(replace(workload, participants=few), backend, 1, cpu)
        for backend in (SEQUENTIAL, AT_ONCE)
    }


def turn(made: dict[str, Simulator], busy: bool) -> dict[str, float]:
    """Seconds of the round's training by each back-end."""
    seconds = {}
    with busy_core(busy):
        for backend, simulator in made.items():
            began = time.perf_counter()
            simulator.train()
            seconds[backend] = time.perf_counter() - began
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument(
        "--clients", type=int, default=10, help="participants of the round, at most"
    )
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--models", nargs="+", choices=CASES, default=list(CASES))
    add_option(parser)
    arguments = parser.parse_args()
    print(
        "| model | other work | sequential, s | at once, s | times as fast | load |\n"
        "|---|---|---|---|---|---|",
        flush=True,
    )
    measured = []
    for model in arguments.models:
        made = simulators(*CASES[model], arguments.clients, arguments.threads)
        turn(made, busy=False)  # loads kernels, and makes the replicas
        for busy in (False, True):
            load = os.getloadavg()[0]
            turns = [turn(made, busy) for _ in range(arguments.turns)]
            print(f"| {model} | {_row(turns, busy)} | {load:.1f} |", flush=True)
            beside = f"one after the other, {_words(busy)}"
            what = f"{model}, clients at once"
            measured.append(Measured(what, beside, _ratios(turns), TARGETS[busy]))
    write(arguments.measured, measured)


def _ratios(turns: list[dict[str, float]]) -> list[float]:
    return [one[SEQUENTIAL] / one[AT_ONCE] for one in turns]


def _words(busy: bool) -> str:
    return "a busy process" if busy else "none"


def _row(turns: list[dict[str, float]], busy: bool) -> str:
    """Median seconds, and the ratio within a turn with its range."""
    slow, fast = (statistics.median(one[b] for one in turns) for b in (SEQUENTIAL, AT_ONCE))
    least, *_, most = ratios = sorted(_ratios(turns))
    ratio = f"{statistics.median(ratios):.1f} ({least:.1f} to {most:.1f})"
    return f"{_words(busy)} | {slow:.2f} | {fast:.2f} | {ratio}"


if __name__ == "__main__":
    main()
