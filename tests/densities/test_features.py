"""Penultimate features against a forward pass by hand, layer by layer."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from edgecase import models
from edgecase.densities.features import penultimate
from edgecase.federation.flat import FlatModel
from edgecase.federation.transforms import task_transforms


def images(shape, count=11):
    rng = np.random.default_rng(2)
    return torch.from_numpy(rng.integers(0, 256, (count, *shape), np.uint8))


def normalised(batch, mean, std):
    """Float64 [n, C, H, W] with each channel scaled by hand."""
    scaled = batch.numpy() / 255.0
    return torch.from_numpy(((scaled - mean) / std).transpose(0, 3, 1, 2))


def make(name, width):
    generator = torch.Generator().manual_seed(7)
    return FlatModel(models.build(name, width=width, generator=generator), dtype=torch.float64)


@pytest.mark.parametrize("batch_size", [1, 4, 11, 100])
def test_lenet_by_hand(batch_size):
    model, batch = make("lenet", 0.1), images((28, 28, 1))
    weights = model.state()
    x = normalised(batch, 0.1307, 0.3081)
    x = F.relu(F.conv2d(x, weights["0.weight"], weights["0.bias"]))
    x = F.relu(F.conv2d(x, weights["2.weight"], weights["2.bias"]))
    x = F.max_pool2d(x, 2).flatten(1)
    expected = F.relu(x @ weights["7.weight"].T + weights["7.bias"])
    found = penultimate(model, batch, task_transforms(1, "published").test, batch_size)
    assert found.dtype == np.float64
    # The transform's constants are tensors of the model's precision.
    np.testing.assert_allclose(found, expected, atol=1e-10)


@pytest.mark.parametrize("switch", ["published", "one"])
def test_vgg9_through_the_test_transform(switch):
    """Without augmentation, with the attacker's constants as published, else the honest ones."""
    model, batch = make("vgg9", 1 / 16), images((32, 32, 3))
    constants = {
        "published": ((0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010)),
        "one": (np.array([125.3, 123.0, 113.9]) / 255, np.array([63.0, 62.1, 66.7]) / 255),
    }
    x = normalised(batch, *constants[switch])
    for layer in list(model.module)[:-2]:
        x = layer(x)
    expected = x.flatten(1).detach()
    found = penultimate(model, batch, task_transforms(3, switch).test, 4)
    assert found.shape == (11, 32)
    np.testing.assert_allclose(found, expected, atol=1e-10)


def test_the_last_layer_makes_the_logits_of_the_features():
    model, batch = make("vgg11", 1 / 16), images((32, 32, 3))
    transform = task_transforms(3, "published").test
    found = penultimate(model, batch, transform, 5)
    weights = model.state()
    with torch.no_grad():
        logits = model.module.eval()(transform.test(batch, torch.float64))
    last = f"{len(model.module) - 1}."
    again = torch.from_numpy(found) @ weights[f"{last}weight"].T + weights[f"{last}bias"]
    torch.testing.assert_close(again, logits)
    assert not any(layer._forward_pre_hooks for layer in model.module.modules())


def test_dropout_is_off_and_nothing_is_learned():
    model, batch = make("lenet", 0.1), images((28, 28, 1))
    model.module.train()
    before = model.parameters.clone()
    transform = task_transforms(1, "published").test
    first = penultimate(model, batch, transform, 4)
    np.testing.assert_array_equal(first, penultimate(model, batch, transform, 4))
    assert torch.equal(model.parameters, before)
    assert not model.gradient.any()


def test_a_model_without_a_linear_layer_is_refused():
    model = FlatModel(nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten()))
    with pytest.raises(ValueError, match="no linear layer"):
        penultimate(model, images((28, 28, 1)), task_transforms(1, "published").test, 4)


def test_a_last_layer_that_runs_twice_is_refused():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.last = nn.Linear(784, 784)

        def forward(self, x):
            return self.last(self.last(x.flatten(1)))

    with pytest.raises(ValueError, match="must run once"):
        penultimate(
            FlatModel(Twice()), images((28, 28, 1)), task_transforms(1, "published").test, 4
        )
