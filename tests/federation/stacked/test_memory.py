"""The estimate of a member's memory, by hand and against what a training allocates."""

import pytest
import torch
from torch import nn

from edgecase import models
from edgecase.federation.flat import FlatModel
from edgecase.federation.stacked.memory import bytes_per_member
from edgecase.federation.stacked.train import train_stacked


def test_by_hand():
    """conv 1→2 of 3×3 on 5×5: 20 parameters, 18 outputs; ReLU 18; flatten 18; linear 18→4: 76
    parameters, 4 outputs. With the 25 pixels that is 83 numbers per image, 81 more of patches."""
    layers = [nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(18, 4)]
    for dtype, size in ((torch.float32, 4), (torch.float64, 8)):
        model = FlatModel(nn.Sequential(*layers), dtype=dtype)
        for form, numbers in (("grouped", 83), ("vmap", 83), ("unfold", 164)):
            found = bytes_per_member(model, form, torch.zeros(1, 1, 5, 5, dtype=dtype), 6)
            assert found == size * (7 * 96 + 4 * 6 * numbers)


@pytest.mark.parametrize("form", ["grouped", "unfold", "vmap"])
@pytest.mark.parametrize("name", ["lenet", "vgg9"])
def test_a_training_stays_below_it(name, form, make_jobs):
    model = FlatModel(models.build(name, width=1 / 8))
    shape = models.MODELS[name].input
    store, jobs = make_jobs(model, shape, sizes=[4] * 3, dtype=torch.float32)
    with torch.profiler.profile(profile_memory=True) as profile:
        train_stacked(model, form, store, jobs)
    taken, peak = 0, 0
    for event in profile.profiler.kineto_results.events():
        if event.name() == "[memory]":
            taken += event.nbytes()
            peak = max(peak, taken)
    estimate = 3 * bytes_per_member(model, form, store.example(torch.float32), 4)
    assert 0.2 * estimate < peak <= estimate


def test_the_model_is_left_as_it_was():
    model = FlatModel(models.build("lenet", width=1 / 16))
    before = model.parameters.clone()
    model.module.train()
    bytes_per_member(model, "unfold", torch.zeros(1, 1, 28, 28), 4)
    assert model.module.training
    assert torch.equal(model.parameters, before)
    assert not any(layer._forward_hooks for layer in model.module.modules())
