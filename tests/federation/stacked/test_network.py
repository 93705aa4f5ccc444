"""The forward pass of stacked members, against each module run alone."""

import pytest
import torch
from torch import nn

from edgecase import models
from edgecase.federation.flat import FlatModel
from edgecase.federation.stacked.network import FORMS, Members, forward, refused
from edgecase.models.layers import BatchNorm2d, Dropout

MEMBERS, BATCH = 3, 5
#: the chains of small images; a residual network is none (tests/models/test_resnet18.py), nor is a
#: model of photographs, of which one client fills a device.
IMAGE_MODELS = [
    name
    for name, model in models.MODELS.items()
    if len(model.input) == 3 and model.smallest is None and not name.startswith("resnet")
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", IMAGE_MODELS)
def test_every_model_in_training(name, form):
    """Logits and gradients of each member are those of the module with its parameters alone."""
    height, width, channels = models.MODELS[name].input
    model = FlatModel(models.build(name, width=1 / 32), dtype=torch.float64)
    generator = torch.Generator().manual_seed(5)
    size = model.parameters.numel()
    stacked = model.parameters + 0.1 * torch.randn(
        MEMBERS, size, generator=generator, dtype=torch.float64
    )
    images = torch.randn(
        MEMBERS, BATCH, channels, height, width, generator=generator, dtype=torch.float64
    )
    positions = torch.arange(MEMBERS * BATCH).view(MEMBERS, BATCH) * 7
    keys = torch.arange(MEMBERS * len(model.dropouts)).view(MEMBERS, -1) + 11
    leaves = [view.detach().requires_grad_() for view in model.views(stacked)]
    model.module.train()
    weights = torch.full((MEMBERS, BATCH), 1 / BATCH, dtype=torch.float64)
    logits = forward(model, form, Members(leaves, [], keys, positions, weights), images)
    gradients = torch.autograd.grad(logits.square().sum(), leaves)
    for member in range(MEMBERS):
        model.parameters.copy_(stacked[member])
        model.gradient.zero_()
        model.begin_dropout(keys[member].tolist(), positions[member])
        expected = model.module(images[member])
        expected.square().sum().backward()
        torch.testing.assert_close(logits[member], expected, rtol=1e-9, atol=1e-9)
        for ours, theirs in zip(gradients, model.views(model.gradient), strict=True):
            torch.testing.assert_close(ours[member], theirs, rtol=1e-8, atol=1e-8)


def test_the_models_of_the_paper_are_chains_of_known_layers():
    for name in IMAGE_MODELS:
        module = models.build(name, width=1 / 32)
        assert not any(refused(module, form) for form in FORMS)


@pytest.mark.parametrize(
    "layer",
    [
        nn.Conv2d(4, 4, 3, groups=2),
        nn.Conv2d(4, 4, 3, dilation=2),
        nn.Conv2d(4, 4, 3, padding="same"),
        nn.Conv2d(4, 4, 3, padding=1, padding_mode="reflect"),
        nn.Conv2d(4, 4, 3, bias=False),
        nn.Linear(4, 4, bias=False),
        nn.Flatten(0),
        nn.Dropout(0.5),
        nn.Sequential(nn.ReLU()),
    ],
)
def test_layers_that_only_vmap_takes(layer):
    assert "takes only a chain" in refused(nn.Sequential(nn.ReLU(), layer), "unfold")
    known = (nn.ReLU(), BatchNorm2d(4), nn.Flatten(), nn.Linear(4, 4), Dropout(0.5))
    assert refused(nn.Sequential(*known), "unfold") is None


def test_a_module_that_is_no_chain():
    assert refused(nn.Linear(4, 4), "grouped")
    assert refused(nn.Linear(4, 4), "vmap") is None


@pytest.mark.parametrize("layer", [nn.BatchNorm2d(4), nn.LSTM(4, 4)])
def test_layers_that_no_stacked_form_takes(layer):
    module = nn.ModuleList([layer])
    assert type(layer).__name__ in refused(module, "vmap")
    assert all(refused(module, form) for form in FORMS)
