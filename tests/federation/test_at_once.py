"""Clients at once have the bits of one client after the other, whatever their number and order."""

import dataclasses

import pytest
import torch
from tests.federation.stacked.conftest import make_jobs  # noqa: F401
from torch import nn

from edgecase import models
from edgecase.attacks.hooks import Hook
from edgecase.federation import evaluate as evaluation
from edgecase.federation.at_once import AtOnce
from edgecase.federation.flat import FlatModel
from edgecase.federation.sequential import Sequential
from edgecase.federation.trainer import arithmetic
from edgecase.federation.transforms import Transform
from edgecase.federation.workers import Workers
from edgecase.models.layers import BatchNorm2d

SHAPES = {"lenet": (28, 28, 1), "vgg9": (32, 32, 3), "normalised": (4, 4, 1)}


def build(name):
    if name != "normalised":
        return FlatModel(models.build(name, width=1 / 16))
    torch.manual_seed(0)
    return FlatModel(nn.Sequential(BatchNorm2d(1), nn.Flatten(), nn.Linear(16, 10)))


@pytest.mark.parametrize(
    ("name", "autocast"), [*((name, None) for name in SHAPES), ("normalised", torch.bfloat16)]
)
def test_bits_of_one_after_the_other(name, autocast, make_jobs):  # noqa: F811
    model = build(name)
    store, jobs = make_jobs(model, SHAPES[name], dtype=torch.float32)
    jobs = [dataclasses.replace(job, buffers=model.buffers.clone()) for job in jobs]
    expected = Sequential(model).train(store, jobs, autocast)
    for together in (2, 3):
        order = [4, 0, 6, 2, 5, 1, 3]
        chosen = [jobs[row] for row in order]
        trainer = AtOnce(Workers(model, together))
        found = trainer.train(store, chosen, autocast)
        assert torch.equal(found.parameters, expected.parameters[order])
        assert torch.equal(found.buffers, expected.buffers[order])
        for row, one in zip(order, trainer.each(store, chosen, autocast), strict=True):
            assert torch.equal(one.parameters[0], expected.parameters[row])
            assert torch.equal(one.buffers[0], expected.buffers[row])


@dataclasses.dataclass(frozen=True)
class Failing(Hook):
    """Runs out of memory at the first step."""

    def gradient(self, gradient, parameters, step):
        raise MemoryError("made up")


def test_an_error_of_one_client_is_that_of_the_round(make_jobs):  # noqa: F811
    model = build("lenet")
    store, jobs = make_jobs(model, SHAPES["lenet"], dtype=torch.float32)
    broken = dataclasses.replace(jobs[2].training, hooks=(Failing(),))
    trainer = AtOnce(Workers(model, 2))
    with pytest.raises(MemoryError, match="made up"):
        trainer.train(store, [*jobs[:2], dataclasses.replace(jobs[2], training=broken), *jobs[3:]])
    again = trainer.train(store, jobs).parameters
    assert torch.equal(again, Sequential(model).train(store, jobs).parameters)


def test_tests_are_shared_out_and_count_the_same(make_jobs):  # noqa: F811
    model = build("normalised")
    store, _ = make_jobs(model, SHAPES["normalised"], dtype=torch.float32)
    inputs = store.inputs(Transform((0.4,), (0.2,)), torch.float32)
    tests, start = evaluation.TestSets(inputs, store.labels, 50), model.parameters.clone()
    buffers = model.buffers + 0.5
    found = [
        evaluation.evaluate(
            *(model, start, tests), num_classes=10, batch_size=7, buffers=buffers, workers=who
        )
        for who in (None, Workers(model, 3))
    ]
    assert repr(found[0]) == repr(found[1])
    assert 0 < found[0].main < 100


def test_it_computes_as_one_after_the_other():
    """So a cell's state and finished seeds fit, however many clients train at once."""
    assert arithmetic("at-once") == arithmetic("sequential") == "sequential"
    assert arithmetic("stacked-vmap") == "stacked-vmap"
