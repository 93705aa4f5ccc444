"""Time a few steps of the simulator's own code: how fast this device trains and evaluates.

Run as `python -m edgecase.plan.calibrate`, it reads from standard input what to measure (JSON:
`device`, `threads`, `jobs_per_device`, `settings`, `folders`) and writes what it found to standard
output. So several of them can run at once, as the jobs of a run do.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

from edgecase import models
from edgecase.attacks import LocalTraining
from edgecase.datasets import DATASETS, Dataset, LanguageDataset, TextDataset
from edgecase.datasets.folders import register
from edgecase.federation.evaluate import TestSets, evaluate
from edgecase.federation.flat import FlatModel
from edgecase.federation.local import LocalJob, Samples, Stream
from edgecase.federation.probe import AUTO, Work, fastest, of_cpu, probe
from edgecase.federation.stores import ImageStore, SegmentStore, Store, TokenStore
from edgecase.federation.task import image_transforms
from edgecase.federation.trainer import SEQUENTIAL, build_trainer
from edgecase.machine import device as devices
from edgecase.machine.gpus import TRAINING_MEMORY
from edgecase.machine.precision import autocast_dtype, matrix_products
from edgecase.plan.flops import operations

#: steps of one timed training: loading and returning the model are spread over these, and in a run
#: over at least as many.
_STEPS = 2
#: on a CPU, at most this many operations in a timed step or evaluation: the time is that of a large
#: enough part, and a few seconds do for any model.
_MOST_OPERATIONS = 5e10
#: the longest of twenty tweets has so many words, on average.
_WORDS = 19
#: repeats go on for this long, within these numbers.
_SECONDS, _FEWEST, _MOST = 0.5, 3, 9


def measure(setting: Mapping, device: torch.device, jobs_per_device: int = 1) -> dict[str, float]:
    """The cost of one setting (the fields of `edgecase.plan.work.Setting`) on `device`.

    A client's local step of n samples takes about `step_s` + n · `sample_s` seconds: the line
    through the medians at a full batch and at half of one, the mean size of an epoch's last.
    `evaluate_s` are seconds per evaluated image, `training_flops` and `forward_flops`
    floating-point operations per sample. Members that a back-end trains at a time are charged an
    equal part each. With `auto` it is the back-end that a cell of this setting finds
    to be the fastest.
    """
    dataset = DATASETS[setting["dataset"]]
    of_data: dict[str, Any] = {}
    transform = None
    if isinstance(dataset, LanguageDataset):
        of_data = {"words": dataset.words}
    elif isinstance(dataset, TextDataset):
        of_data = {"words": dataset.words, "padding": "masked"}
    else:
        transform = image_transforms(dataset, "published").honest
    autocast = autocast_dtype(setting["precision"])
    module = models.build(
        setting["model"], num_classes=dataset.num_classes, width=setting["width"], **of_data
    )
    model = FlatModel(module, device, head=models.MODELS[setting["model"]].head)
    start, buffers = model.parameters.clone(), model.buffers.clone()

    count = operations(module, _samples(dataset, 1, device).example(model.dtype))
    full = _bounded(setting["batch_size"], count.training, device)
    tested = _bounded(setting["test_batch_size"], count.forward, device)
    store = _samples(dataset, max(full, tested), device)
    everything = Samples(torch.arange(len(store.labels), device=device), transform)
    # A learning rate of 0 keeps the weights finite, and costs what any other costs.
    training = LocalTraining(_STEPS, full, lr=0.0, momentum=0.9, weight_decay=1e-4)
    memory = int(TRAINING_MEMORY / jobs_per_device * devices.total_memory(device))
    backend, members = setting["backend"], setting["members"]
    if backend == AUTO:
        backend = fastest(
            probe(model, store, everything, Work(members, full, setting["precision"], memory))
        )
    trainer = build_trainer(backend, model, store, full, memory)
    if not trainer.stacks:
        members = 1 if trainer.workers is None else min(members, trainer.workers.count)

    def step(size: int) -> float:
        samples = Samples(torch.arange(size, device=device), transform)
        trainings = [
            LocalJob(start, samples, training, Stream(0, 1, client), buffers=buffers)
            for client in range(members)
        ]

        def train() -> None:
            with matrix_products(setting["precision"]):
                trainer.train(store, trainings, autocast)

        return _median_seconds(train, device) / _STEPS / members

    inputs = next(iter(store.inputs(transform, model.dtype).split(tested)))
    tests = TestSets(inputs, store.labels[:tested], tested)

    def test() -> None:
        with matrix_products(setting["precision"]):
            evaluate(
                *(model, start, tests),
                num_classes=dataset.num_classes,
                batch_size=tested,
                buffers=buffers,
                autocast=autocast,
                workers=trainer.workers,
            )

    half = max(1, full // 2)
    full_s, half_s = step(full), step(half)
    slope = (full_s - half_s) / (full - half) if full > half else 0.0
    sample_s = min(max(slope, 0.0), full_s / full)  # timings of a busy machine can be absurd
    return {
        "step_s": full_s - full * sample_s,
        "sample_s": sample_s,
        "evaluate_s": _median_seconds(test, device) / tested,
        "training_flops": count.training,
        "forward_flops": count.forward,
    }


def _samples(
    dataset: Dataset | TextDataset | LanguageDataset, count: int, device: torch.device
) -> Store:
    """Random samples and labels of the form of `dataset`; sentences are as long as usual."""
    generator = np.random.default_rng(0)
    if isinstance(dataset, LanguageDataset):
        words = generator.integers(1, dataset.words, (count, dataset.length + 1), dtype=np.int32)
        return SegmentStore.of(torch.from_numpy(words).to(device))
    if isinstance(dataset, TextDataset):
        tokens = np.zeros((count, dataset.max_length), dtype=np.int32)
        tokens[:, :_WORDS] = generator.integers(1, dataset.words, (count, _WORDS))
        classes = torch.from_numpy(generator.integers(0, dataset.num_classes, count))
        return TokenStore(torch.from_numpy(tokens).to(device), classes.to(device))
    images = generator.integers(0, 256, (count, *dataset.shape), dtype=np.uint8)
    labels = generator.integers(0, dataset.num_classes, count)
    return ImageStore(torch.from_numpy(images).to(device), torch.from_numpy(labels).to(device))


def _as_it_runs(setting: Mapping, device: torch.device) -> dict:
    """The setting, less what makes no difference: one client after the other knows no members."""
    backend = setting["backend"]
    if backend == AUTO and device.type == "cpu":
        backend = of_cpu(torch.get_num_threads(), setting["members"])
    members = 1 if backend == SEQUENTIAL else setting["members"]
    return {**setting, "backend": backend, "members": members}


def _bounded(size: int, operations_each: int, device: torch.device) -> int:
    if device.type != "cpu":
        return size
    return max(1, min(size, int(_MOST_OPERATIONS / operations_each)))


def _median_seconds(action: Callable[[], None], device: torch.device) -> float:
    """Median wall time of `action`, after one that is not counted."""

    def timed() -> float:
        began = time.perf_counter()
        action()
        devices.synchronise(device)
        return time.perf_counter() - began

    timed()
    seconds = [timed() for _ in range(_FEWEST)]
    while len(seconds) < _MOST and sum(seconds) < _SECONDS:
        seconds.append(timed())
    return statistics.median(seconds)


def main() -> None:
    """Answer one request: `ready` is when it could begin, by the machine's monotonic clock."""
    request = json.load(sys.stdin)
    register(request["folders"])
    device = devices.choose_device(request["device"])
    devices.configure(device, request["threads"])
    torch.zeros(1, device=device)
    ready = time.monotonic()
    found: dict[str, dict[str, float]] = {}
    speeds = []
    for setting in request["settings"]:
        usual = _as_it_runs(setting, device)
        key = json.dumps(usual, sort_keys=True)
        if key not in found:
            found[key] = measure(usual, device, request["jobs_per_device"])
        speeds.append(found[key])
    json.dump({"ready": ready, "device": devices.describe(device), "speeds": speeds}, sys.stdout)


if __name__ == "__main__":
    main()
