"""Every model against its network written again with torch.nn and torch.nn.functional."""

import math

import pytest
import torch
from scipy import stats
from torch import nn
from torch.nn import functional

from edgecase import models
from edgecase.models.layers import Dropout

BLOCKS = {
    "vgg9": (1, 1, 2, 2, 2),
    "vgg11": (1, 1, 2, 2, 2),
    "vgg13": (2, 2, 2, 2, 2),
    "vgg16": (2, 2, 3, 3, 3),
}


def images(name, count=4):
    height, width, channels = models.MODELS[name].input
    generator = torch.Generator().manual_seed(5)
    return torch.randn(count, channels, height, width, generator=generator, dtype=torch.float64)


def slow_vgg(module, blocks, x):
    """Blocks of 3×3 convolutions with padding 1 and ReLU, each followed by max pooling."""
    weights = iter(module.parameters())
    for block in blocks:
        for _ in range(block):
            x = functional.conv2d(x, next(weights), next(weights), padding=1).relu()
        x = functional.max_pool2d(x, 2)
    x = x.flatten(1)
    linear = [(weight, next(weights)) for weight in weights]
    for weight, bias in linear[:-1]:
        x = functional.linear(x, weight, bias).relu()
    return functional.linear(x, *linear[-1])


def slow_two_convolutions(module, x):
    """LeNet and the CNN: their dropouts apart, they differ in the sizes alone."""
    w1, b1, w2, b2, w3, b3, w4, b4 = module.parameters()
    x = functional.conv2d(x, w1, b1).relu()
    x = functional.conv2d(x, w2, b2).relu()
    x = functional.max_pool2d(x, 2).flatten(1)
    return functional.linear(functional.linear(x, w3, b3).relu(), w4, b4)


@pytest.mark.parametrize("name", BLOCKS)
def test_vgg_forward_pass(name):
    module = models.build(name, width=1 / 16).double().eval()
    x = images(name)
    torch.testing.assert_close(module(x), slow_vgg(module, BLOCKS[name], x), rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", ["lenet", "cnn"])
def test_forward_pass_of_two_convolutions(name):
    module = models.build(name, width=0.25).double().eval()
    x = images(name)
    torch.testing.assert_close(module(x), slow_two_convolutions(module, x), rtol=0, atol=1e-12)


def test_channels_last_input_gives_the_same_logits():
    for name in ("vgg9", "lenet", "cnn"):
        module = models.build(name, width=1 / 8).double().eval()
        x = images(name)
        expected = module(x.contiguous())
        turned = module(x.contiguous(memory_format=torch.channels_last))
        torch.testing.assert_close(turned, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "layers"),
    [
        ("vgg9", []),
        ("vgg11", [(0.5, False, "Linear"), (0.5, False, "Linear")]),
        ("lenet", [(0.25, True, "Flatten"), (0.5, False, "Linear")]),
        ("cnn", [(0.25, False, "Flatten"), (0.5, False, "Linear")]),
    ],
)
def test_dropout_layers_and_their_places(name, layers):
    module = models.build(name, width=1 / 16)
    found = [
        (layer.probability, layer.per_channel, type(module[place + 1]).__name__)
        for place, layer in enumerate(module)
        if isinstance(layer, Dropout)
    ]
    assert found == layers


@pytest.mark.parametrize("name", ["vgg9", "lenet"])
def test_default_initial_weights(name):
    for layer in models.build(name, width=0.5).modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            bound = 1 / math.sqrt(layer.weight[0].numel())
            assert layer.weight.abs().max() <= bound
            assert layer.bias.abs().max() <= bound
            assert layer.weight.std().item() == pytest.approx(bound / math.sqrt(3), rel=0.2)


def test_initial_weights_of_the_cnn():
    """Weights: Glorot and Bengio (2010), equation 16, with fans in and out. Biases: torch's."""
    fans = [(3 * 9, 16 * 9), (16 * 9, 32 * 9), (14 * 14 * 32, 64), (64, 10)]
    module = models.build("cnn", width=0.5)
    layers = [layer for layer in module if isinstance(layer, nn.Conv2d | nn.Linear)]
    for layer, (inputs, outputs) in zip(layers, fans, strict=True):
        bound = math.sqrt(6 / (inputs + outputs))
        draws = layer.weight.detach().flatten().numpy()
        assert stats.kstest(draws, "uniform", args=(-bound, 2 * bound)).pvalue > 1e-4
        assert 0.5 / math.sqrt(inputs) < layer.bias.abs().max() <= 1 / math.sqrt(inputs)


@pytest.mark.parametrize("name", ["vgg11", "vgg13", "vgg16"])
def test_initial_weights_of_the_larger_vggs(name):
    module = models.build(name, width=0.25)
    for layer in module:
        if isinstance(layer, nn.Conv2d):
            deviation = math.sqrt(2 / (9 * layer.out_channels))
            standardised = layer.weight.detach().flatten().numpy() / deviation
            assert stats.kstest(standardised, "norm").pvalue > 1e-4
            assert not layer.bias.any()
        elif isinstance(layer, nn.Linear):
            bound = 1 / math.sqrt(layer.in_features)
            assert 0.8 * bound < layer.weight.abs().max() <= bound
            assert layer.bias.any()
