"""Train participants one after the other: the reference of every back-end."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import torch

from edgecase.federation.flat import FlatModel
from edgecase.federation.local import Begun, LocalJob, train_locally
from edgecase.federation.rows import has_rows
from edgecase.federation.sentences import train_on_own_words
from edgecase.federation.stores import Store, TokenStore


class Trained(NamedTuple):
    """The local models of some jobs, in their order: parameters [n, P] and buffers [n, B]."""

    parameters: torch.Tensor
    buffers: torch.Tensor

    @classmethod
    def empty(cls, model: FlatModel, jobs: Sequence[LocalJob]) -> "Trained":
        """Room for those of `jobs`, without values."""
        return cls(
            model.parameters.new_empty(len(jobs), jobs[0].start.numel()),
            model.buffers.new_empty(len(jobs), model.buffers.numel()),
        )


class Sequential:
    """One participant after the other, each on all threads of torch."""

    stacks = False
    workers = None

    def __init__(self, model: FlatModel) -> None:
        self.model = model

    def train(
        self, store: Store, jobs: Sequence[LocalJob], autocast: torch.dtype | None = None
    ) -> Trained:
        """The local model of each job, in the order of the jobs."""
        trained = Trained.empty(self.model, jobs)
        for row, job in enumerate(jobs):
            train_into(trained, row, self.model, store, job, autocast)
        return trained

    def each(
        self, store: Store, jobs: Sequence[LocalJob], autocast: torch.dtype | None = None
    ) -> Iterator[Trained]:
        """The local model of one job after the other, trained when it is asked for."""
        for job in jobs:
            yield self.train(store, [job], autocast)


def train_into(
    trained: Trained,
    row: int,
    model: FlatModel,
    store: Store,
    job: LocalJob,
    autocast: torch.dtype | None,
    after_step: Callable[[Begun], None] | None = None,
) -> None:
    """Train `model` as `job` says, and leave the local model in a row of `trained`."""
    if has_rows(model):
        assert isinstance(store, TokenStore)
        own = trained.parameters[row]
        train_on_own_words(model, store, job, autocast, into=own, after_step=after_step)
        return
    train_locally(
        *(model, job.start, store, job.samples, job.training, job.stream),
        anchor=job.anchor,
        buffers=job.buffers,
        autocast=autocast,
        after_step=after_step,
    )
    trained.parameters[row] = model.parameters
    trained.buffers[row] = model.buffers
