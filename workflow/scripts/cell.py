"""Run one cell: every seed of one combination of attack, defense, case and participation."""

import argparse
import csv
import json
import shlex
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch

from edgecase import command, provenance
from edgecase.datasets import DATASETS
from edgecase.federation import device as devices
from edgecase.federation.clients import Population, build_populations, build_tests
from edgecase.federation.pretrain import load_start
from edgecase.federation.probe import AUTO, Work, choose_backend
from edgecase.federation.simulate import Classes, SeedRun, simulate
from edgecase.federation.task import open_task, watched_classes
from edgecase.federation.trainer import BACKENDS, Trainer, build_trainer
from edgecase.files import atomic_path
from edgecase.partition import load_partition
from edgecase.poison import load_poison
from edgecase.results import CELL_AXES, ROUND_COLUMNS, TIMING_COLUMNS

_REPORT_EVERY_S = 10.0


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", required=True, type=Path, help="prepared data set (.npz)")
    parser.add_argument("--partition", required=True, type=Path, nargs="+", help="one per seed")
    parser.add_argument("--poison", required=True, type=Path, nargs="+", help="one per seed")
    parser.add_argument("--start", required=True, type=Path, help="starting model (.safetensors)")
    parser.add_argument(
        "--parameters", required=True, type=command.json_object, help="the cell's parameters, JSON"
    )
    parser.add_argument("--override", default="default", help="name of the override")
    parser.add_argument("--seeds", required=True, type=int, nargs="+")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--backend",
        choices=[AUTO, *BACKENDS],
        default=AUTO,
        help="auto: sequential on a CPU; on a GPU the fastest, which --probes says or is to say",
    )
    parser.add_argument(
        "--probes", type=Path, default=Path("results/probe"), help="folder of measured choices"
    )
    parser.add_argument(
        "--memory-share", type=float, default=0.8, help="of the device's memory, for local training"
    )
    parser.add_argument("--out", required=True, type=Path, help="the cell's folder")
    arguments = parser.parse_args(argv)
    if not len(arguments.seeds) == len(arguments.partition) == len(arguments.poison):
        parser.error("--partition and --poison take one file per seed")
    parameters = arguments.parameters

    device = devices.choose_device(arguments.device)
    devices.configure(device, arguments.threads)
    data, model = open_task(arguments.dataset, parameters, device)
    load_start(model, arguments.start)
    start = model.parameters.clone()

    work = Work(
        tuple(data.train_images.shape[1:]),
        members=len(arguments.seeds) * parameters["clients_per_round"],
        batch_size=parameters["batch_size"],
        precision=parameters["precision"],
        memory=int(arguments.memory_share * devices.total_memory(device)),
    )
    backend = arguments.backend
    if backend == AUTO:
        backend = choose_backend(model, parameters["model"], work, arguments.probes)
    trainer = build_trainer(backend, model, work.image_shape, work.batch_size, work.memory)

    classes = watched_classes(parameters, data)
    poisons = [load_poison(path) for path in arguments.poison]
    populations = build_populations(
        data.train_images,
        data.train_labels,
        [load_partition(path) for path in arguments.partition],
        poisons,
        data.transforms,
        count_edge_samples=parameters["switches"]["edge_sample_weight"] == "corrected",
    )
    runs = [
        SeedRun(
            seed,
            population,
            build_tests(data.test_images, data.test_labels, poison, data.transforms, model.dtype),
        )
        for seed, population, poison in zip(arguments.seeds, populations, poisons, strict=True)
    ]
    # A stacked back-end trains the clients of all seeds at once; else seed follows seed.
    for together in [runs] if trainer.stacks else [[run] for run in runs]:
        _run(trainer, start, together, classes, parameters, arguments.out)

    shares = [_attacker_share(p, parameters["clients_per_round"]) for p in populations]
    inputs = [arguments.dataset, *arguments.partition, *arguments.poison, arguments.start]
    record = {
        **{axis: parameters.get(axis) for axis in CELL_AXES},
        "defense": parameters["defense"]["name"],
        "override": arguments.override,
        "seeds": arguments.seeds,
        "standin": DATASETS[parameters["dataset"]].standin,
        "attacker_share": round(sum(shares) / len(shares), 6),
        "parameters": parameters,
        "data": provenance.file_digests(inputs),
        "code": provenance.code_digest("simulate"),
        "versions": provenance.versions(),
        "device": devices.describe(device),
        "backend": backend,
        "command": shlex.join(["python", *_own_command(argv), "--backend", backend]),
    }
    with atomic_path(arguments.out / "cell.json") as temporary:
        temporary.write_text(json.dumps(record, indent=2) + "\n")


def _run(
    trainer: Trainer,
    start: torch.Tensor,
    runs: list[SeedRun],
    classes: Classes,
    parameters: dict,
    folder: Path,
) -> None:
    """Simulate the seeds of `runs` together and write the CSVs of each."""
    rounds: dict[int, list[dict]] = {run.seed: [] for run in runs}
    timings: dict[int, list[dict]] = {run.seed: [] for run in runs}
    began = reported = time.monotonic()
    for seed, record in simulate(trainer, start, runs, classes, parameters):
        rounds[seed].append(record.values)
        timings[seed].append(record.seconds)
        if time.monotonic() - reported > _REPORT_EVERY_S:
            reported = time.monotonic()
            _report(seed, record.values, parameters["rounds"], reported - began)
    for run in runs:
        _write(rounds[run.seed], ROUND_COLUMNS, folder / f"seed{run.seed}.csv")
        _write(timings[run.seed], TIMING_COLUMNS, folder / f"seed{run.seed}.timing.csv")


def _attacker_share(population: Population, per_round: int) -> float:
    """The attacker's expected FedAvg weight in a round with one attacker."""
    mean = sum(population.honest_counts) / len(population.honest_counts)
    attacker = population.attacker_count
    return attacker / (attacker + (per_round - 1) * mean)


def _report(seed: int, values: dict, rounds: int, seconds: float) -> None:
    done = values["fl_iter"]
    left = seconds / max(done, 1) * (rounds - done)
    print(
        f"seed {seed}: round {done}/{rounds}, {60 * done / seconds:.1f} rounds/min, "
        f"{left / 60:.1f} min left{_accuracies(values)}",
        file=sys.stderr,
        flush=True,
    )


def _accuracies(values: dict) -> str:
    if values["main_task_acc"] is None:
        return ""
    return f", main {values['main_task_acc']:.2f} %, backdoor {values['backdoor_acc']:.2f} %"


def _write(rows: list[dict], columns: dict[str, str], path: Path) -> None:
    """Write `rows` as CSV; nine digits tell every float32 apart, and None is an empty field."""
    with atomic_path(path) as temporary, temporary.open("w", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            values = [row[column] for column in columns]
            writer.writerow([f"{v:.9g}" if isinstance(v, float) else v for v in values])


def _own_command(argv: list[str] | None) -> list[str]:
    script = Path(__file__).resolve()
    try:
        shown = script.relative_to(Path.cwd())
    except ValueError:
        shown = script
    return [shown.as_posix(), *(sys.argv[1:] if argv is None else argv)]


if __name__ == "__main__":
    command.run(main)
