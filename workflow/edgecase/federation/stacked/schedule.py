"""Which samples each member of a batch uses at each step, worked out before the first one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from edgecase.base.tensor_randomness import random_bits
from edgecase.federation.local import LocalJob

#: sorts behind every key that a sample draws.
_LAST = torch.iinfo(torch.int64).max


def num_steps(job: LocalJob) -> int:
    """SGD steps of a job over all epochs."""
    return job.training.epochs * _steps_per_epoch(job)


@dataclass(frozen=True)
class Batch:
    """One step's samples of the `members` that still train, a prefix of all.

    `index` and `positions`, int64 [members, B], are rows of the store and places in the member's
    training. `weights` [members, B] are 1/b for the b samples of a member's batch, and 0 where its
    last partial batch is shorter than B: there a sample of the batch is repeated for nothing.
    """

    members: int
    index: torch.Tensor
    positions: torch.Tensor
    weights: torch.Tensor


class Schedule:
    """The steps of `jobs`, which have to be sorted by falling number of steps.

    As each job ends, the batch shrinks to those that go on. Everything that depends on the random
    order is made on the device, and nothing is read back.
    """

    def __init__(self, jobs: Sequence[LocalJob], device: torch.device, dtype: torch.dtype) -> None:
        totals = np.array([num_steps(job) for job in jobs])
        if (np.diff(totals) > 0).any():
            raise ValueError("the jobs are not sorted by falling number of steps")
        self.steps_per_epoch = [_steps_per_epoch(job) for job in jobs]
        self.num_steps = int(totals[0])
        step = np.arange(self.num_steps)[:, None]
        self._members = (totals > step).sum(axis=1)
        counts = np.array([len(job.samples.index) for job in jobs])
        epoch, within = np.divmod(step, self.steps_per_epoch)
        place = within * np.array([job.training.batch_size for job in jobs])
        sizes = np.minimum(counts - place, [job.training.batch_size for job in jobs])
        self._widths = [
            int(size[:members].max()) for size, members in zip(sizes, self._members, strict=True)
        ]
        self._orders = _orders(jobs, counts, device)
        longest = int(counts.max())
        self._columns = torch.from_numpy(epoch * longest + place).to(device)
        self._positions = torch.from_numpy(epoch * counts + place).to(device)
        self._sizes = torch.from_numpy(sizes).to(device)
        self._lanes = torch.arange(max(self._widths), device=device)
        self._dtype = dtype

    def batch(self, step: int) -> Batch:
        """The batch of `step`, from 0."""
        members, lanes = int(self._members[step]), self._lanes[: self._widths[step]]
        sizes = self._sizes[step, :members, None]
        places = torch.minimum(lanes, sizes - 1)
        return Batch(
            members,
            self._orders[:members].gather(1, self._columns[step, :members, None] + places),
            self._positions[step, :members, None] + places,
            (lanes < sizes).to(self._dtype) / sizes,
        )


def _orders(jobs: Sequence[LocalJob], counts: np.ndarray, device: torch.device) -> torch.Tensor:
    """Store rows in the order of use, [n, epochs · longest]; rows past a member's end are unused.

    The order of a member's epoch is that of its own draws alone, as in `train_locally`.
    """
    longest, epochs = int(counts.max()), max(job.training.epochs for job in jobs)
    held = torch.zeros((len(jobs), longest), dtype=torch.int64, device=device)
    for row, job in enumerate(jobs):
        held[row, : counts[row]] = job.samples.index
    keys = torch.tensor([job.stream.key("order") for job in jobs], device=device)
    size = torch.from_numpy(counts).to(device)[:, None, None]
    epoch = torch.arange(epochs, device=device)[:, None]
    place = torch.arange(longest, device=device)
    bits = random_bits(keys[:, None, None], epoch * size + place)
    order = bits.masked_fill(place >= size, _LAST).argsort(dim=-1, stable=True)
    return held.gather(1, order.flatten(1))


def _steps_per_epoch(job: LocalJob) -> int:
    return -(-len(job.samples.index) // job.training.batch_size)
