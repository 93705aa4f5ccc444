"""The back-ends give the same local models, whatever the order of jobs and the size of chunks."""

import dataclasses

import pytest
import torch
from tests.federation.stacked.conftest import make_jobs  # noqa: F401
from torch import nn

from edgecase import models
from edgecase.base.errors import ConfigError
from edgecase.federation import trainer as trainers
from edgecase.federation.flat import FlatModel
from edgecase.federation.stacked.memory import bytes_per_member
from edgecase.federation.stores import ImageStore
from edgecase.federation.trainer import BACKENDS, Sequential, Stacked, build_trainer

SHAPE = (28, 28, 1)
STORE = ImageStore(torch.zeros(1, *SHAPE, dtype=torch.uint8), torch.zeros(1, dtype=int))


@pytest.fixture
def model():
    return FlatModel(models.build("lenet", width=1 / 16), dtype=torch.float64)


@pytest.mark.parametrize("backend", BACKENDS)
def test_models_come_in_the_order_of_the_jobs(backend, model, make_jobs):  # noqa: F811
    store, jobs = make_jobs(model, SHAPE)
    expected = Sequential(model).train(store, jobs).parameters
    order = [4, 0, 6, 2, 5, 1, 3]
    trainer = build_trainer(backend, model, store, 4, 2**30)
    found = trainer.train(store, [jobs[row] for row in order]).parameters
    torch.testing.assert_close(found, expected[order], rtol=0, atol=1e-11)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_job_without_samples_keeps_its_start(backend, model, make_jobs):  # noqa: F811
    """As the anchor of a prox attack whose poisoned set has no clean sample (`poison.clean: 0`)."""
    store, jobs = make_jobs(model, SHAPE)
    nothing = dataclasses.replace(jobs[0].samples, index=jobs[0].samples.index[:0])
    empty = dataclasses.replace(jobs[0], samples=nothing)
    trainer = build_trainer(backend, model, store, 4, 2**30)
    assert torch.equal(trainer.train(store, [empty]).parameters, empty.start[None])
    found = trainer.train(store, [empty, jobs[3], empty]).parameters
    assert torch.equal(found[[0, 2]], torch.stack([empty.start] * 2))
    alone = Sequential(model).train(store, [jobs[3]]).parameters
    torch.testing.assert_close(found[1:2], alone, rtol=0, atol=1e-11)


@pytest.mark.parametrize("most", [1, 2, 3, 7, 100])
def test_chunks_hold_no_more_than_fit(most, model, make_jobs, monkeypatch):  # noqa: F811
    store, jobs = make_jobs(model, SHAPE)
    expected = Sequential(model).train(store, jobs).parameters
    sizes = []
    train = trainers.train_stacked

    def spy(model, form, store, jobs, autocast):
        sizes.append(len(jobs))
        return train(model, form, store, jobs, autocast)

    monkeypatch.setattr(trainers, "train_stacked", spy)
    each = bytes_per_member(model, "grouped", store.example(model.dtype), 4)
    memory = most * each + each // 2
    trainer = build_trainer("stacked-grouped", model, store, 4, memory)
    found = trainer.train(store, jobs[::-1]).parameters
    torch.testing.assert_close(found, expected.flip(0), rtol=0, atol=1e-11)
    assert sum(sizes) == len(jobs)
    assert max(sizes) == min(most, len(jobs))


def test_one_participant_that_does_not_fit_is_refused_at_the_start(model):
    each = bytes_per_member(model, "unfold", STORE.example(model.dtype), 4)
    assert isinstance(build_trainer("stacked-unfold", model, STORE, 4, each), Stacked)
    with pytest.raises(ConfigError, match=r"'stacked-unfold' needs about .* batch of 4") as error:
        build_trainer("stacked-unfold", model, STORE, 4, each - 1)
    assert "sequential" in str(error.value)
    assert isinstance(build_trainer("sequential", model, STORE, 4, 1), Sequential)


def test_an_unknown_back_end(model):
    with pytest.raises(
        ConfigError, match="'stacked' is unknown; allowed: sequential, at-once, stacked-"
    ):
        build_trainer("stacked", model, STORE, 4, 2**30)


def test_a_model_that_is_no_chain_of_known_layers():
    class Residual(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.Linear(4, 4)

        def forward(self, x):
            return x.flatten(1)[:, :4] + self.inner(x.flatten(1)[:, :4])

    model = FlatModel(Residual())
    small = ImageStore(torch.zeros(1, 2, 2, 1, dtype=torch.uint8), torch.zeros(1, dtype=int))
    for form in ("grouped", "unfold"):
        with pytest.raises(
            ConfigError, match="allowed for this model: sequential, at-once, stacked-vmap"
        ):
            build_trainer(f"stacked-{form}", model, small, 4, 2**30)
    assert isinstance(build_trainer("stacked-vmap", model, small, 4, 2**30), Stacked)
