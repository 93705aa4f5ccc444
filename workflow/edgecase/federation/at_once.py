"""Train several participants at once on the cores of a CPU, one thread each."""

from collections.abc import Iterator, Sequence

import torch

from edgecase.federation.flat import FlatModel
from edgecase.federation.local import LocalJob
from edgecase.federation.sequential import Trained, train_into
from edgecase.federation.stacked.schedule import num_steps
from edgecase.federation.stores import Store
from edgecase.federation.workers import Workers


class AtOnce:
    """As many participants at a time as there are `workers`, those with the most steps first.

    Each trains a replica of the model on one thread, to the bits of `Sequential` with one thread,
    whatever the number and the order. No participant waits for another core at every operation.
    """

    stacks = False

    def __init__(self, workers: Workers) -> None:
        self.model, self.workers = workers.model, workers

    def train(
        self, store: Store, jobs: Sequence[LocalJob], autocast: torch.dtype | None = None
    ) -> Trained:
        """The local model of each job, in the order of the jobs."""
        trained = Trained.empty(self.model, jobs)

        def one(model: FlatModel, row: int) -> None:
            train_into(trained, row, model, store, jobs[row], autocast, self.workers.go_on)

        order = sorted(range(len(jobs)), key=lambda row: -num_steps(jobs[row]))
        for _ in self.workers.map(one, order):
            pass
        return trained

    def each(
        self, store: Store, jobs: Sequence[LocalJob], autocast: torch.dtype | None = None
    ) -> Iterator[Trained]:
        """The local model of one job after the other; as many as there are workers wait at most."""

        def one(model: FlatModel, job: LocalJob) -> Trained:
            trained = Trained.empty(model, [job])
            train_into(trained, 0, model, store, job, autocast, self.workers.go_on)
            return trained

        return self.workers.map(one, jobs, waiting=self.workers.count)
