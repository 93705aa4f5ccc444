"""Measure which back-end is the fastest for a model, a shape and a device.

The choice is kept in a file, so that all cells of a run compute alike and none measures again.
"""

import fcntl
import json
import re
import statistics
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch

from edgecase.attacks import LocalTraining
from edgecase.base.documents import read_json
from edgecase.base.errors import ConfigError, DataError, shown
from edgecase.base.files import atomic_path
from edgecase.base.parameters import plain
from edgecase.federation.flat import FlatModel
from edgecase.federation.local import LocalJob, Samples, Stream
from edgecase.federation.parameters import ModelParameters
from edgecase.federation.stores import Store
from edgecase.federation.trainer import AT_ONCE, BACKENDS, SEQUENTIAL, Trainer, build_trainer
from edgecase.machine import device as devices
from edgecase.machine.precision import autocast_dtype, matrix_products

#: leaves the choice of the back-end to `choose_backend`.
AUTO = "auto"
_STEPS = 4
_REPEATS = 3


@dataclass(frozen=True)
class Work:
    """What decides the speed of a back-end, the model and the device apart.

    `members` is how many participants of all seeds train in a round, `batch_size` the largest batch
    that one of them has, and `memory` how many bytes of the device they may take.
    """

    members: int
    batch_size: int
    precision: str
    memory: int


def choose_backend(
    model: FlatModel,
    description: ModelParameters,
    store: Store,
    samples: Samples,
    work: Work,
    folder: Path,
) -> str:
    """That of a CPU (`of_cpu`); of a GPU the fastest, as measured once per kind of work and device.

    `samples` are any of the store's. Choices are JSON files in `folder`. Raises `DataError` for a
    file that names no back-end.
    """
    if model.device.type == "cpu":
        return of_cpu(torch.get_num_threads(), work.members)
    device = devices.describe(model.device)
    name = (
        f"{description.name}-{description.width:g}-{work.members}x{work.batch_size}-"
        f"{work.precision}-{device}"
    )
    path = folder / (re.sub(r"[^a-z0-9.]+", "-", name.lower()) + ".json")
    folder.mkdir(parents=True, exist_ok=True)
    # Cells that start together wait for the one that measures.
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            seconds = probe(model, store, samples, work)
            shape = asdict(work) | {"model": plain(description), "device": device}
            content = {"backend": fastest(seconds), "seconds_per_step": seconds, "work": shape}
            with atomic_path(path) as temporary:
                temporary.write_text(json.dumps(content, indent=2) + "\n")
    return _read_choice(path)


def of_cpu(threads: int, members: int) -> str:
    """Clients at once where there are several threads and clients, else one after the other.

    A CPU is bound by arithmetic, of which a batch of clients has as much as each of them.
    """
    return AT_ONCE if min(threads, members) > 1 else SEQUENTIAL


def probe(model: FlatModel, store: Store, samples: Samples, work: Work) -> dict[str, float | None]:
    """Seconds per SGD step of all members under every back-end.

    They train on full batches of `samples`, repeated as needed, at a learning rate of 0. None
    stands for a back-end that the model or the memory rules out (`trainer.build_trainer`).
    """
    jobs = _jobs(model, samples, work)
    seconds: dict[str, float | None] = {}
    for backend in BACKENDS:
        try:
            trainer = build_trainer(backend, model, store, work.batch_size, work.memory)
        except ConfigError:
            seconds[backend] = None
            continue
        _seconds(trainer, store, jobs, work.precision)  # the first one also loads kernels
        timed = [_seconds(trainer, store, jobs, work.precision) for _ in range(_REPEATS)]
        seconds[backend] = statistics.median(timed) / _STEPS
    return seconds


def fastest(seconds: Mapping[str, float | None]) -> str:
    """The back-end with the fewest seconds."""
    return min((s, backend) for backend, s in seconds.items() if s is not None)[1]


def _seconds(trainer: Trainer, store: Store, jobs: list[LocalJob], precision: str) -> float:
    began = time.perf_counter()
    with matrix_products(precision):
        trainer.train(store, jobs, autocast_dtype(precision))
    devices.synchronise(trainer.model.device)
    return time.perf_counter() - began


def _read_choice(path: Path) -> str:
    try:
        choice = read_json(path, "probe").get("backend")
    except DataError as error:
        raise DataError(f"{error}; delete it") from error
    if choice not in BACKENDS:
        raise DataError(
            f"{path}: backend {shown(choice)} is unknown; allowed: {', '.join(BACKENDS)}. Delete it"
        )
    return choice


def _jobs(model: FlatModel, samples: Samples, work: Work) -> list[LocalJob]:
    places = torch.arange(_STEPS * work.batch_size, device=model.device) % len(samples.index)
    held = replace(samples, index=samples.index[places])
    training = LocalTraining(1, work.batch_size, lr=0.0, momentum=0.9, weight_decay=1e-4)
    start, buffers = model.parameters.clone(), model.buffers.clone()
    return [
        LocalJob(start, held, training, Stream(0, 0, member, "probe-"), buffers=buffers)
        for member in range(work.members)
    ]
