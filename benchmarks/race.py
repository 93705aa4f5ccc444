"""Timed rounds of one case, by every back-end in turn: what slows the machine hits all alike."""

import time
from collections.abc import Iterator, Sequence

import torch

from benchmarks.worker import NAIVE, PFL_RESEARCH, Contestant, Turn, Worker, pfl_installed
from benchmarks.workload import resolve
from edgecase.federation.trainer import AT_ONCE, BACKENDS, SEQUENTIAL

#: a contestant's turns, or why it has none.
Outcome = list[Turn] | str

MOST_TURNS = 5


def entries(task: str, attacked: bool, device: torch.device, quick: bool) -> Iterator[tuple]:
    """(parameters, back-end) of all that compete; the naive one has but the one precision.

    pfl-research does where its package is installed.
    """
    precisions = ["fp32", "tf32", "bf16"] if device.type == "cuda" else ["fp32", "bf16"]
    parameters = {
        precision: resolve(task, attacked=attacked, precision=precision, quick=quick)
        for precision in precisions
    }
    yield parameters["fp32"], NAIVE
    if pfl_installed():
        for precision in ("fp32", "bf16"):
            yield parameters[precision], PFL_RESEARCH
    for backend in BACKENDS:
        for precision in precisions:
            yield parameters[precision], backend


def run(
    contestants: Sequence[Contestant], device: torch.device, deadline: float, *, everything: bool
) -> list[Outcome]:
    """Every contestant's turns, at least one and at most `MOST_TURNS`.

    Further turns go to those that, by their last one, end before `deadline` (`time.monotonic`).
    Without `everything`, what takes minutes for a round is left out.
    """
    outcomes: list[Outcome] = [
        [] if everything else _left_out(one, device) or [] for one in contestants
    ]
    workers = {place: Worker(one) for place, one in enumerate(contestants) if outcomes[place] == []}
    try:
        for place, worker in workers.items():
            outcomes[place] = worker.ready() or []
        last = dict.fromkeys(workers, 0.0)
        going = True
        while going:
            going = False
            for place, worker in workers.items():
                found, began = outcomes[place], time.monotonic()
                if isinstance(found, str) or len(found) == MOST_TURNS:
                    continue
                if found and began + last[place] > deadline:
                    continue
                answer = worker.turn()
                last[place] = time.monotonic() - began
                if isinstance(answer, str):
                    outcomes[place] = answer
                else:
                    found.append(answer)
                _report(worker.contestant, answer)
                going = True
        return outcomes
    finally:
        for worker in workers.values():
            worker.stop()


def _report(one: Contestant, answer: Turn | str) -> None:
    said = answer if isinstance(answer, str) else f"{sum(answer.seconds.values()):.3g} s"
    print(f"  {one.backend}, {one.parameters['precision']}: {said}", flush=True)


def _left_out(one: Contestant, device: torch.device) -> str | None:
    """Why a contestant is not timed unless it is asked for, if it is not."""
    model = one.parameters["model"]
    stacked = one.backend not in (NAIVE, PFL_RESEARCH, SEQUENTIAL, AT_ONCE)
    if stacked and device.type == "cpu" and model["name"] == "vgg9" and model["width"] >= 1:
        return "takes minutes on a CPU; --all times it"
    return None
