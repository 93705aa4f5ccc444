"""Measure the accuracy of a global model on the clean and the backdoor test set."""

import contextlib
import math
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field

import torch

from edgecase.base.errors import SimulationError
from edgecase.base.padding import PADDING
from edgecase.federation.flat import FlatModel
from edgecase.federation.stores import Inputs
from edgecase.federation.workers import Workers

#: images that a CPU tests at once: beyond, a layer's output leaves its caches, and the full-size
#: models take longer per image.
_CPU_BATCH = 128


@dataclass(frozen=True)
class TestSets:
    """Both test sets in one pass: clean samples first, then the backdoor test set.

    `inputs` [T, …] are as the model takes them; `labels` int64 [T, …] are true labels for the
    `num_clean` clean ones and the attacker's label for the others; of a text to predict, those of
    every place, or padding. `audits` are further inputs with the labels that the attacker wants, by
    name, which the model is asked for after the last round. With `carried_batch`, a
    recurrent model goes through the clean, the backdoor and each audit's samples in batches of so
    many, and carries its hidden state from batch to batch.
    """

    inputs: Inputs
    labels: torch.Tensor
    num_clean: int
    audits: Mapping[str, tuple[torch.Tensor, torch.Tensor]] = field(default_factory=dict)
    carried_batch: int | None = None

    @property
    def parts(self) -> list[tuple[Inputs, torch.Tensor]]:
        """Inputs and labels of what batches go through: of all samples, where none is carried."""
        if self.carried_batch is None:
            return [(self.inputs, self.labels)]
        sizes = [count for count in self.counts if count]
        return list(zip(self.inputs.split(sizes), self.labels.split(sizes), strict=True))

    @property
    def counts(self) -> tuple[int, int]:
        """How many clean samples and how many backdoor samples there are."""
        return self.num_clean, len(self.inputs) - self.num_clean


@dataclass(frozen=True)
class Accuracy:
    """Percentages over exactly the samples of the test sets, or their places in a text to predict.

    `per_class` maps a class to its clean accuracy; a class without test samples is NaN.
    """

    main: float
    backdoor: float
    per_class: dict[int, float]

    def of_class(self, watched: int | None) -> float | None:
        """The accuracy of a class; None of none."""
        return None if watched is None else self.per_class[watched]


def evaluate(
    model: FlatModel,
    parameters: torch.Tensor,
    tests: TestSets,
    *,
    num_classes: int,
    batch_size: int,
    buffers: torch.Tensor | None = None,
    autocast: torch.dtype | None = None,
    workers: Workers | None = None,
) -> Accuracy:
    """Accuracies of the model with `parameters` [P] and `buffers` [B]; one transfer to the host.

    `num_classes` is 0 of a text to predict, whose places are counted. `batch_size` is the most
    samples that go through the model at once; a CPU takes fewer. Batches that carry nothing go to
    `workers` of the model, if there are any. Raises `SimulationError`, with the numbers, if they
    are not counted over exactly the samples of the test sets: one prediction per sample, and a
    class for every clean one; or one per place.
    """
    batch_size = largest_batch(model, batch_size)
    model.load(parameters, buffers)
    if workers is not None and tests.carried_batch is None:
        correct = _at_once(workers, parameters, buffers, tests, batch_size, autocast)
    else:
        with testing(model, autocast):
            correct = torch.cat(
                [_hits(model, *part, batch_size, tests.carried_batch) for part in tests.parts]
            )
    if not num_classes:
        return _of_places(correct, model.head.places(tests.labels), tests)
    labels = tests.labels[: tests.num_clean]
    clean, backdoor = correct[: tests.num_clean], correct[tests.num_clean :]
    # Not a weighted bincount, which has no deterministic kernel on a GPU.
    members = labels == torch.arange(num_classes, device=labels.device)[:, None]
    sizes = members.sum(1)
    per_class = (members & clean).sum(1).double() / sizes
    ends = torch.stack([clean.double().mean(), backdoor.double().mean(), sizes.sum().double()])
    main, hit, counted, *per_class = torch.cat([ends, per_class]).tolist()
    if (int(counted), len(backdoor)) != tests.counts:
        raise SimulationError(
            f"accuracy: counted over {counted:.0f} clean and {len(backdoor)} backdoor test samples "
            f"of {num_classes} classes; there are {' and '.join(map(str, tests.counts))}"
        )
    return Accuracy(100 * main, 100 * hit, {c: 100 * share for c, share in enumerate(per_class)})


def largest_batch(model: FlatModel, batch_size: int) -> int:
    """How many samples go through the model at once, of `batch_size` at most."""
    return min(batch_size, _CPU_BATCH) if model.device.type == "cpu" else batch_size


def _of_places(hits: torch.Tensor, places: torch.Tensor, tests: TestSets) -> Accuracy:
    """Shares of the places that ask for an answer, from the right and all ones of each sample."""
    asked = (tests.labels != PADDING).sum(1)
    clean = slice(tests.num_clean)
    numbers = [part.sum() for each in (hits, places, asked) for part in (each[clean], each)]
    right, all_right, counted, all_counted, there, all_there = torch.stack(numbers).tolist()
    if (len(hits), counted, all_counted) != (sum(tests.counts), there, all_there):
        raise SimulationError(
            f"accuracy: counted over {counted} places of clean and {all_counted - counted} of "
            f"backdoor test samples, answers to {len(hits)} samples; there are {there} and "
            f"{all_there - there} places of {sum(tests.counts)} samples"
        )
    backdoor = _percent(all_right - right, all_counted - counted)
    return Accuracy(_percent(right, counted), backdoor, {})


def _percent(right: int, counted: int) -> float:
    return 100 * right / counted if counted else math.nan


def audit(
    model: FlatModel,
    tests: TestSets,
    autocast: torch.dtype | None = None,
) -> dict[str, float]:
    """Percentage of each audit's inputs that the model as it is gives the attacker's label."""
    found = {}
    with testing(model, autocast):
        for name, (inputs, wanted) in tests.audits.items():
            hits = _hits(model, inputs, wanted, _CPU_BATCH, tests.carried_batch)
            found[name] = 100 * hits.double().mean().item()
    return found


@contextlib.contextmanager
def testing(model: FlatModel, autocast: torch.dtype | None) -> Generator[None]:
    """A block that asks the model, without gradients and without dropout."""
    model.module.eval()
    with (
        torch.no_grad(),
        torch.autocast(model.device.type, autocast, enabled=autocast is not None),
    ):
        yield


def _at_once(
    workers: Workers,
    parameters: torch.Tensor,
    buffers: torch.Tensor | None,
    tests: TestSets,
    batch_size: int,
    autocast: torch.dtype | None,
) -> torch.Tensor:
    """What each sample is right about [T], asked of several replicas of the model."""

    def hits(model: FlatModel, batch: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        model.load(parameters, buffers)
        model.begin_hidden(False)
        with testing(model, autocast):
            return _batch_hits(model, *batch)

    batches = zip(tests.inputs.split(batch_size), tests.labels.split(batch_size), strict=False)
    return torch.cat(list(workers.map(hits, batches, waiting=workers.count)))


def _hits(
    model: FlatModel,
    inputs: Inputs,
    labels: torch.Tensor,
    batch_size: int,
    carried_batch: int | None,
) -> torch.Tensor:
    """What each sample is right about [T]; batches of `carried_batch`, if any, go on."""
    model.begin_hidden(carried_batch is not None)
    size = carried_batch or batch_size
    batches = zip(inputs.split(size), labels.split(size), strict=False)
    return torch.cat([_batch_hits(model, *batch) for batch in batches])


def _batch_hits(model: FlatModel, inputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    outputs = model.module(inputs)
    if not len(outputs) == len(inputs) == len(labels):
        raise SimulationError(
            f"accuracy: the model answers {len(outputs)} of {len(inputs)} test samples with "
            f"{len(labels)} labels; expected one answer and one label each"
        )
    return model.head.hits(outputs, labels)
