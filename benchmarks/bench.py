"""Time a round of the paper's tasks with every back-end and naively, in one run on this device."""

import argparse
import sys
import time
from dataclasses import asdict
from pathlib import Path

import torch

from benchmarks import agreement, race, record, table
from benchmarks.measure import MATRIX_SIZE
from benchmarks.worker import Contestant
from benchmarks.workload import Workload, attacked_or_not, build, check_files, resolve
from edgecase import config as configuration
from edgecase import models
from edgecase.base import command
from edgecase.base.errors import ConfigError
from edgecase.datasets import DATASETS
from edgecase.machine import device as devices
from edgecase.plan.flops import operations

_TASKS = ["cifar10-southwest", "emnist-ardis"]
_QUICK_MATRIX_SIZE = 128


def main(argv: list[str] | None = None) -> None:
    argv = sys.argv[1:] if argv is None else argv
    asked = _parser().parse_args(argv)
    device = devices.choose_device(asked.device)
    threads = asked.threads or configuration.load()["threads"]
    seed_counts = asked.seeds or ([1] if device.type == "cpu" else [1, 3])
    _check(asked, seed_counts, threads)
    facts = record.facts(
        device, threads, prepared=asked.data is not None, quick=asked.quick, argv=argv
    )
    found: dict[str, list] = {"timings": [], "turns": [], "agreement": []}
    cases = [
        (task, attacked, seeds)
        for task in asked.tasks
        for attacked in attacked_or_not(task)
        for seeds in seed_counts
    ]
    began = time.monotonic()
    for number, (task, attacked, seeds) in enumerate(cases, start=1):
        print(f"{task}, {'one' if attacked else 'no'} attacker, seeds: {seeds} ...", flush=True)
        contestants = [
            Contestant(
                *(parameters, backend, seeds, asked.device, threads, asked.data),
                _QUICK_MATRIX_SIZE if asked.quick else MATRIX_SIZE[device.type],
            )
            for parameters, backend in race.entries(task, attacked, device, asked.quick)
        ]
        deadline = began + 60 * asked.minutes * number / len(cases)
        outcomes = race.run(contestants, device, deadline, everything=asked.all)
        workload = build(contestants[0].parameters, asked.data)
        flops = _training_flops(workload)
        found["timings"] += table.rows(contestants, outcomes, workload.steps, flops)
        found["turns"] += [
            table.identity(one) | asdict(turn)
            for one, turns in zip(contestants, outcomes, strict=True)
            if not isinstance(turns, str)
            for turn in turns
        ]
        record.write(asked.out, facts, found)  # what comes next may fail

    devices.configure(device, threads)
    found["agreement"] = _agreement(asked, device, max(seed_counts))
    path = record.write(asked.out, facts, found)
    print("\n".join(["", *(f"{name}: {value}" for name, value in facts.items()), ""]))
    print(table.to_markdown(found["timings"]), end="\n\n")
    print(table.agreement_to_markdown(found["agreement"]))
    print(f"\nWritten to {path} and {path.with_suffix('.csv').name}.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", nargs="+", default=_TASKS, help="tasks to time")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--seeds", type=int, nargs="+", help="numbers of seeds that run together")
    parser.add_argument("--threads", type=int, help="of the CPU; those of a cell if not given")
    parser.add_argument("--data", type=Path, help="folder of prepared files, for real images")
    parser.add_argument(
        "--minutes", type=float, default=20, help="for repeats; one round of each is always timed"
    )
    parser.add_argument(
        "--all", action="store_true", help="on a CPU, also what takes minutes for one round"
    )
    parser.add_argument("--quick", action="store_true", help="a tiny round, to try the benchmark")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    return parser


def _check(asked: argparse.Namespace, seed_counts: list[int], threads: int) -> None:
    """Raise an error for arguments that cannot run, before anything is timed."""
    for name, value in (("--threads", threads), ("--seeds", min(seed_counts))):
        if value < 1:
            raise ConfigError(f"{name}: {value} must be at least 1")
    for task in asked.tasks:
        parameters = resolve(task, attacked=False, precision="fp32")
        if asked.data is not None:
            check_files(parameters, asked.data)


def _training_flops(workload: Workload) -> int:
    """Floating-point operations of a seed's local training in a round."""
    dataset = DATASETS[workload.parameters.dataset]
    model = workload.parameters.model
    module = models.build(model.name, num_classes=dataset.num_classes, width=model.width)
    height, width, channels = dataset.shape
    example = torch.zeros(1, channels, height, width)
    return workload.samples * operations(module, example).training


def _agreement(asked: argparse.Namespace, device: torch.device, seeds: int) -> list[table.Row]:
    """Stacked against sequential training; tiny on a CPU, where a stacked round takes minutes."""
    quick = asked.quick or (device.type == "cpu" and not asked.all)
    return [
        row
        for task in asked.tasks
        for dtype in (torch.float64, torch.float32)
        for row in agreement.compare(
            resolve(task, attacked=attacked_or_not(task)[-1], precision="fp32", quick=quick),
            *("quick" if quick else "paper", seeds, dtype, device, asked.data),
        )
    ]


if __name__ == "__main__":
    command.run(main)
