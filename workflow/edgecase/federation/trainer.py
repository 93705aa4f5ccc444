"""The one interface of local training, and its back-ends."""

from collections.abc import Sequence
from typing import Protocol

import torch

from edgecase.base.errors import ConfigError
from edgecase.federation.flat import FlatModel
from edgecase.federation.local import LocalJob, Store, train_locally
from edgecase.federation.stacked.memory import bytes_per_member
from edgecase.federation.stacked.network import FORMS, takes_layers
from edgecase.federation.stacked.schedule import num_steps
from edgecase.federation.stacked.train import train_stacked

SEQUENTIAL = "sequential"
#: every back-end; `stacked-<form>` trains clients and seeds as one batch.
BACKENDS = (SEQUENTIAL, *(f"stacked-{form}" for form in FORMS))


class Trainer(Protocol):
    """Trains the participants of a round, of one or of several seeds."""

    model: FlatModel
    stacks: bool

    def train(
        self, store: Store, jobs: Sequence[LocalJob], autocast: torch.dtype | None = None
    ) -> torch.Tensor:
        """The local model of each job, [n, P] in the order of the jobs."""


class Sequential:
    """One participant after the other: the reference, and the fastest on a CPU."""

    stacks = False

    def __init__(self, model: FlatModel) -> None:
        self.model = model

    def train(
        self, store: Store, jobs: Sequence[LocalJob], autocast: torch.dtype | None = None
    ) -> torch.Tensor:
        """The local model of each job, [n, P] in the order of the jobs."""
        trained = self.model.parameters.new_empty(len(jobs), self.model.parameters.numel())
        for row, job in enumerate(jobs):
            train_locally(
                *(self.model, job.start, store, job.samples, job.training, job.stream),
                anchor=job.anchor,
                autocast=autocast,
            )
            trained[row] = self.model.parameters
        return trained


class Stacked:
    """At most `most` participants at a time as one batch, those with the most steps first.

    A participant without a step, such as one without samples, keeps its start.
    """

    stacks = True

    def __init__(self, model: FlatModel, form: str, most: int) -> None:
        self.model, self._form, self._most = model, form, most

    def train(
        self, store: Store, jobs: Sequence[LocalJob], autocast: torch.dtype | None = None
    ) -> torch.Tensor:
        """The local model of each job, [n, P] in the order of the jobs."""
        trained = self.model.parameters.new_empty(len(jobs), self.model.parameters.numel())
        steps = [num_steps(job) for job in jobs]
        for row, job in enumerate(jobs):
            if not steps[row]:
                trained[row] = job.start
        order = sorted(filter(steps.__getitem__, range(len(jobs))), key=lambda row: -steps[row])
        for first in range(0, len(order), self._most):
            rows = order[first : first + self._most]
            chosen = [jobs[row] for row in rows]
            trained[rows] = train_stacked(self.model, self._form, store, chosen, autocast)
        return trained


def build_trainer(
    backend: str,
    model: FlatModel,
    image_shape: tuple[int, int, int],
    batch_size: int,
    memory: int,
) -> Trainer:
    """The back-end called `backend`, one of `BACKENDS`.

    `memory` is how many bytes of the device it may take for batches of `batch_size` images
    (H, W, C) per participant. A stacked back-end that needs more splits a round into chunks.
    Raises `ConfigError` if the model is not one for this back-end or not even one participant fits.
    """
    if backend == SEQUENTIAL:
        return Sequential(model)
    form = backend.removeprefix("stacked-")
    if backend not in BACKENDS:
        raise ConfigError(f"backend: '{backend}' is unknown; allowed: {', '.join(BACKENDS)}")
    if form != "vmap" and not takes_layers(model.module):
        raise ConfigError(
            f"backend: '{backend}' takes only a chain of convolutions, linear layers, ReLU, max "
            "pooling, dropout and flatten; allowed for this model: sequential, stacked-vmap"
        )
    each = bytes_per_member(model, form, image_shape, batch_size)
    if each > memory:
        raise ConfigError(
            f"backend: '{backend}' needs about {each / 2**30:.2f} GiB for one client's batch of "
            f"{batch_size}; this cell may take {memory / 2**30:.2f} GiB. Use a smaller batch_size "
            "or `backend: sequential`"
        )
    return Stacked(model, form, memory // each)
