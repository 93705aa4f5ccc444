"""Who trains on what at which step, against a plain loop over clients, epochs and batches."""

import pytest
import torch
from torch import nn

from edgecase.base.randomness import derive_key
from edgecase.base.tensor_randomness import random_permutation
from edgecase.federation.flat import FlatModel
from edgecase.federation.stacked.schedule import Schedule, num_steps

CPU = torch.device("cpu")


@pytest.fixture
def jobs(make_jobs):
    model = FlatModel(nn.Sequential(nn.Flatten(), nn.Linear(16, 10)), dtype=torch.float64)
    return make_jobs(model, (4, 4, 1))[1]


def steps_of(job):
    """[(store rows, positions)] of every batch of a client, in order."""
    size, batches = len(job.samples.index), []
    stream = job.stream
    key = derive_key(stream.seed, "order", stream.round, stream.client)
    for epoch in range(job.training.epochs):
        positions = torch.arange(epoch * size, (epoch + 1) * size)
        rows = job.samples.index[random_permutation(key, positions)]
        places = range(0, size, job.training.batch_size)
        for first in places:
            part = slice(first, first + job.training.batch_size)
            batches.append((rows[part].tolist(), positions[part].tolist()))
    return batches


def test_every_step_of_every_client(jobs):
    schedule = Schedule(jobs, CPU, torch.float64)
    expected = [steps_of(job) for job in jobs]
    assert schedule.num_steps == len(expected[0])
    for step in range(schedule.num_steps):
        batch = schedule.batch(step)
        going_on = [batches for batches in expected if len(batches) > step]
        assert batch.members == len(going_on)
        width = max(len(batches[step][0]) for batches in going_on)
        assert batch.index.shape == (len(going_on), width), "no wider than the widest batch"
        for row, batches in enumerate(going_on):
            rows, positions = batches[step]
            assert batch.index[row, : len(rows)].tolist() == rows
            assert batch.positions[row, : len(rows)].tolist() == positions
            weights = [1 / len(rows)] * len(rows) + [0.0] * (width - len(rows))
            assert batch.weights[row].tolist() == pytest.approx(weights, abs=1e-15)
            assert set(batch.index[row].tolist()) == set(rows), "padding repeats the batch's own"


def test_the_number_of_steps(jobs):
    assert [num_steps(job) for job in jobs] == [len(steps_of(job)) for job in jobs]
    # 14 samples make 4 batches of 4, in 3 epochs; the client of 1 sample takes one step per epoch.
    assert num_steps(jobs[0]) == 12
    assert num_steps(jobs[-1]) == 2


def test_jobs_that_are_not_sorted_are_refused(jobs):
    with pytest.raises(ValueError, match="not sorted"):
        Schedule(jobs[::-1], CPU, torch.float64)
