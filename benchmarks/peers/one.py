"""Time rounds of one simulator in this process: `python -m benchmarks.peers.one NAME …`.

It prints the seconds of every round as JSON, after one that is not timed. `--state` writes the
global model after the last round, which with `--alike` (no dropout, one batch per client) is the
same for every simulator but for rounding.
"""

import argparse
import json
import multiprocessing
import time
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import save_file

from benchmarks.peers.shared import plain_round
from benchmarks.workload import Workload, build, resolve

State = dict[str, torch.Tensor]

#: the simulators, each in the mode that it names.
NAMES = (
    "at-once",
    "sequential",
    "pfl-research",
    "BlazeFL in threads",
    "BlazeFL in processes",
    "Flower, a core each",
    "Flower, all cores each",
)
_WHOLE = 1_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--task", default="cifar10-iid")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--alike", action="store_true")
    parser.add_argument("--state", type=Path)
    asked = parser.parse_args()
    parameters = resolve(asked.task, attacked=False, precision="fp32")
    if asked.alike:
        parameters |= {"batch_size": _WHOLE}
    workload = build(parameters)
    run, state = _simulator(asked.name, workload, asked.threads, dropout=not asked.alike)
    seconds = run(asked.rounds)
    if asked.state:
        save_file({name: each.contiguous() for name, each in state().items()}, asked.state)
    print(json.dumps(seconds))


def _simulator(
    name: str, workload: Workload, threads: int, *, dropout: bool
) -> tuple[Callable[[int], list[float]], Callable[[], State]]:
    """How many rounds → their seconds, and the global model after them."""
    kind, _, mode = name.partition(" ")
    if name in ("at-once", "sequential"):
        from benchmarks.peers.ours import Ours

        ours = Ours(workload, name, threads, dropout=dropout)
        return _timed(ours.round), ours.state
    if name == "pfl-research":
        torch.set_num_threads(threads)
        # pfl sets itself up on import, and only in a process of this name.
        multiprocessing.current_process().name = "MainProcess"
        from benchmarks.peers.pfl_research import PflResearch

        pfl = PflResearch(workload, 1, torch.device("cpu"), dropout=dropout)
        return _timed(pfl.train), pfl.state
    plain = plain_round(workload, kind.rstrip(","), dropout=dropout)
    if kind == "BlazeFL":
        from benchmarks.peers.blazefl import BlazeFl

        blaze = BlazeFl(plain, mode.removeprefix("in "), threads)
        return _timed(blaze.round), blaze.state
    from benchmarks.peers.flower import Flower

    flower = Flower(plain, 1 if mode == "a core each" else threads)
    return lambda count: flower.rounds(count + 1)[1:], flower.state


def _timed(one_round: Callable[[], object]) -> Callable[[int], list[float]]:
    def run(count: int) -> list[float]:
        seconds = []
        for _ in range(count + 1):
            began = time.perf_counter()
            one_round()
            seconds.append(time.perf_counter() - began)
        return seconds[1:]

    return run


if __name__ == "__main__":
    main()
