"""A stacked local training, against `train_locally` on each client alone."""

import dataclasses
import math

import pytest
import torch

from edgecase import models
from edgecase.federation.flat import FlatModel
from edgecase.federation.local import train_locally
from edgecase.federation.stacked.network import FORMS
from edgecase.federation.stacked.train import train_stacked

#: the chains of small images; a residual network is none (tests/models/test_resnet18.py), nor is a
#: model of photographs, of which one client fills a device.
IMAGE_MODELS = [
    name
    for name, model in models.MODELS.items()
    if len(model.input) == 3 and model.smallest is None and not name.startswith("resnet")
]


def one_by_one(model, store, jobs, autocast=None):
    trained = []
    for job in jobs:
        train_locally(
            *(model, job.start, store, job.samples, job.training, job.stream),
            anchor=job.anchor,
            autocast=autocast,
        )
        trained.append(model.parameters.clone())
    return torch.stack(trained)


def tiny(name="lenet", dtype=torch.float64, width=1 / 16):
    return FlatModel(models.build(name, width=width), dtype=dtype)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", IMAGE_MODELS)
def test_every_model_to_rounding_in_float64(name, form, make_jobs):
    model = tiny(name, width=1 / 32)
    store, jobs = make_jobs(model, models.MODELS[name].input)
    expected = one_by_one(model, store, jobs)
    starts = torch.stack([job.start for job in jobs])
    found, _ = train_stacked(model, form, store, jobs)
    assert (expected - starts).norm(dim=1).min() > 0.01, "every client has to move"
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-11)
    assert torch.equal(torch.stack([job.start for job in jobs]), starts)


@pytest.mark.parametrize("form", FORMS)
def test_single_precision(form, make_jobs):
    """A step's sums run over at most a few thousand terms, in another order: relative to the
    model's norm each of the 12 steps adds about 1e-7, which momentum of 0.9 multiplies by 10."""
    model = tiny(dtype=torch.float32)
    store, jobs = make_jobs(model, (28, 28, 1), dtype=torch.float32)
    expected = one_by_one(model, store, jobs)
    found, _ = train_stacked(model, form, store, jobs)
    assert found.dtype == torch.float32
    error = (found - expected).norm(dim=1) / expected.norm(dim=1)
    assert error.max() < 12 * 10 * 1e-7


@pytest.mark.parametrize("form", FORMS)
def test_bf16_is_as_close_to_single_precision_as_one_by_one(form, make_jobs):
    model = tiny(dtype=torch.float32)
    store, jobs = make_jobs(model, (28, 28, 1), dtype=torch.float32)
    moved = one_by_one(model, store, jobs)
    half, _ = train_stacked(model, form, store, jobs, torch.bfloat16)
    starts = torch.stack([job.start for job in jobs])
    error = (half - moved).norm() / (moved - starts).norm()
    assert 0 < error < 0.03
    assert half.dtype == torch.float32


@pytest.mark.parametrize("form", FORMS)
def test_a_client_does_not_depend_on_who_shares_its_batch(form, make_jobs):
    model = tiny()
    store, jobs = make_jobs(model, (28, 28, 1))
    together, _ = train_stacked(model, form, store, jobs)
    for chosen in ([0], [2, 5], [1, 3, 4, 6]):
        apart, _ = train_stacked(model, form, store, [jobs[row] for row in chosen])
        torch.testing.assert_close(apart, together[chosen], rtol=0, atol=1e-12)


@pytest.mark.parametrize("form", FORMS)
def test_a_client_that_diverges_leaves_the_others_alone(form, make_jobs):
    model = tiny()
    store, jobs = make_jobs(model, (28, 28, 1))
    expected, _ = train_stacked(model, form, store, jobs)
    for row in (0, 3):
        lost = dataclasses.replace(jobs[row], start=torch.full_like(jobs[row].start, math.inf))
        found, _ = train_stacked(model, form, store, [*jobs[:row], lost, *jobs[row + 1 :]])
        others = [other for other in range(len(jobs)) if other != row]
        assert not found[row].isfinite().any()
        torch.testing.assert_close(found[others], expected[others], rtol=0, atol=1e-12)


def test_equal_calls_give_equal_bits_and_touch_no_global_generator(make_jobs):
    model = tiny(dtype=torch.float32)
    store, jobs = make_jobs(model, (28, 28, 1), dtype=torch.float32)
    torch.manual_seed(31)
    before = torch.get_rng_state()
    first, _ = train_stacked(model, "grouped", store, jobs)
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(32)
    assert torch.equal(train_stacked(model, "grouped", store, jobs)[0], first)
