"""Train participants through one interface, whatever the back-end."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import torch

from edgecase.base.errors import ConfigError
from edgecase.federation.at_once import AtOnce
from edgecase.federation.flat import FlatModel
from edgecase.federation.local import LocalJob
from edgecase.federation.sequential import Sequential, Trained
from edgecase.federation.stacked.memory import bytes_per_member
from edgecase.federation.stacked.network import FORMS, refused
from edgecase.federation.stacked.schedule import num_steps
from edgecase.federation.stacked.train import train_stacked
from edgecase.federation.stores import Store
from edgecase.federation.workers import Workers

SEQUENTIAL, AT_ONCE = "sequential", "at-once"
#: every back-end; `stacked-<form>` trains clients and seeds as one batch.
BACKENDS = (SEQUENTIAL, AT_ONCE, *(f"stacked-{form}" for form in FORMS))


class Trainer(Protocol):
    """Trains the participants of a round, of one or, if it `stacks`, of several seeds."""

    model: FlatModel
    stacks: bool

    @property
    def workers(self) -> Workers | None:
        """What trains several at once, and may do other work so."""

    def train(
        self, store: Store, jobs: Sequence[LocalJob], autocast: torch.dtype | None = None
    ) -> Trained:
        """The local model of each job, in the order of the jobs."""

    def each(
        self, store: Store, jobs: Sequence[LocalJob], autocast: torch.dtype | None = None
    ) -> Iterator[Trained]:
        """The local model of one job after the other, in their order; few are held at a time."""


class Stacked:
    """At most `most` participants at a time as one batch, those with the most steps first.

    A participant without a step, such as one without samples, keeps its start. One that may end
    early trains alone.
    """

    stacks = True
    workers = None

    def __init__(self, model: FlatModel, form: str, most: int) -> None:
        self.model, self._form, self._most = model, form, most

    def train(
        self, store: Store, jobs: Sequence[LocalJob], autocast: torch.dtype | None = None
    ) -> Trained:
        """The local model of each job, in the order of the jobs."""
        trained = Trained.empty(self.model, jobs)
        steps = [num_steps(job) for job in jobs]
        for row, job in enumerate(jobs):
            if not steps[row]:
                trained.parameters[row] = job.start
                if job.buffers is not None:
                    trained.buffers[row] = job.buffers
        alone = [row for row, job in enumerate(jobs) if job.training.enough is not None]
        for row in alone:
            (trained.parameters[row],), (trained.buffers[row],) = Sequential(self.model).train(
                store, [jobs[row]], autocast
            )
        left = [row for row in range(len(jobs)) if steps[row] and row not in alone]
        order = sorted(left, key=lambda row: -steps[row])
        for first in range(0, len(order), self._most):
            rows = order[first : first + self._most]
            chosen = [jobs[row] for row in rows]
            parameters, buffers = train_stacked(self.model, self._form, store, chosen, autocast)
            trained.parameters[rows], trained.buffers[rows] = parameters, buffers
        return trained

    def each(
        self, store: Store, jobs: Sequence[LocalJob], autocast: torch.dtype | None = None
    ) -> Iterator[Trained]:
        """The local model of one job after the other, of a batch of all."""
        trained = self.train(store, jobs, autocast)
        for row in range(len(jobs)):
            yield Trained(trained.parameters[row : row + 1], trained.buffers[row : row + 1])


def build_trainer(
    backend: str,
    model: FlatModel,
    store: Store,
    batch_size: int,
    memory: int,
) -> Trainer:
    """The back-end called `backend`, one of `BACKENDS`.

    `memory` is how many bytes of the device it may take for batches of `batch_size` of the store's
    samples per participant. A stacked back-end that needs more splits a round into chunks.
    Raises `ConfigError` if the model is not one for this back-end or not even one participant fits.
    """
    if backend == SEQUENTIAL:
        return Sequential(model)
    if backend == AT_ONCE:
        if model.device.type != "cpu":
            raise ConfigError(f"backend: '{AT_ONCE}' is for the cores of a CPU")
        return AtOnce(Workers(model, torch.get_num_threads()))
    form = backend.removeprefix("stacked-")
    if backend not in BACKENDS:
        raise ConfigError(f"backend: '{backend}' is unknown; allowed: {', '.join(BACKENDS)}")
    if reason := refused(model.module, form):
        whole = (SEQUENTIAL, AT_ONCE) if model.device.type == "cpu" else (SEQUENTIAL,)
        fitting = (*whole, *(f"stacked-{f}" for f in FORMS if not refused(model.module, f)))
        raise ConfigError(
            f"backend: '{backend}' {reason}; allowed for this model: {', '.join(fitting)}"
        )
    each = bytes_per_member(model, form, store.example(model.dtype), batch_size)
    if each > memory:
        raise ConfigError(
            f"backend: '{backend}' needs about {each / 2**30:.2f} GiB for one client's batch of "
            f"{batch_size}; this cell may take {memory / 2**30:.2f} GiB. Use a smaller batch_size "
            "or `backend: sequential`"
        )
    return Stacked(model, form, memory // each)


def arithmetic(backend: str) -> str:
    """The back-end that `backend` computes as: a client's bits are those of the same arithmetic."""
    return SEQUENTIAL if backend == AT_ONCE else backend
