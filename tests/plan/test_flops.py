"""Operations of the models, against sums over their layers by hand."""

import itertools

import pytest
import torch

from edgecase import models
from edgecase.plan.assumed import WIDTH_MARGIN
from edgecase.plan.flops import operations


def convolution(size, inputs, outputs):
    """3×3 with an output of size × size: a multiplication and an addition per weight."""
    return 2 * 9 * inputs * outputs * size * size


def build(name, width=1.0):
    of_data = {
        "lstm": {"words": 56_758, "padding": "masked"},
        "tied-lstm": {"words": 49_999},
    }
    return models.build(name, width=width, **of_data.get(name, {}))


def example(name):
    if name == "lstm":
        return (torch.arange(100) < 19).long()[None]
    if name == "tied-lstm":
        return torch.ones(1, 64, dtype=torch.int64)
    height, width, channels = models.MODELS[name].input
    return torch.zeros(1, channels, height, width)


VGG9 = [
    convolution(32, 3, 64),
    convolution(16, 64, 128),
    convolution(8, 128, 256),
    convolution(8, 256, 256),
    convolution(4, 256, 512),
    convolution(4, 512, 512),
    convolution(2, 512, 512),
    convolution(2, 512, 512),
    2 * 512 * 10,
]
LENET = [convolution(26, 1, 32), convolution(24, 32, 64), 2 * 9216 * 128, 2 * 128 * 10]

#: the models that say how large they are, and those of them that fit a test at their full width.
STATED = [name for name, model in models.MODELS.items() if model.forward_megaflops]
SMALL = [name for name in STATED if models.MODELS[name].smallest is None]
CNN = [convolution(30, 3, 32), convolution(28, 32, 64), 2 * 12544 * 128, 2 * 128 * 10]


#: kernels of 5 × 5 on maps of 28 × 28 and 10 × 10, and three linear layers.
LENET5 = [2 * 784 * 75 * 6, 2 * 100 * 150 * 16, 2 * 400 * 120, 2 * 120 * 84, 2 * 84 * 10]


@pytest.mark.parametrize(
    ("name", "layers"), [("vgg9", VGG9), ("lenet", LENET), ("cnn", CNN), ("lenet5", LENET5)]
)
def test_layers_by_hand(name, layers):
    counted = operations(models.build(name), example(name))
    assert counted.forward == sum(layers)
    # Backward, each layer costs its forward twice, but the first has no gradient of its input.
    assert counted.training == 3 * sum(layers) - layers[0]


def test_a_wider_model_costs_more():
    counted = [
        operations(models.build("vgg9", width=w), example("vgg9")) for w in (0.125, 0.25, 0.5)
    ]
    for narrow, wide in itertools.pairwise(counted):
        assert wide.forward > 3 * narrow.forward
        assert wide.training > 3 * narrow.training


@pytest.mark.parametrize(
    ("name", "width"),
    [*((name, 1 / 16) for name in STATED), *((name, 1) for name in SMALL), ("vgg9", 2)],
)
def test_the_bound_without_torch_holds(name, width):
    counted = operations(build(name, width), example(name))
    model = models.MODELS[name]
    bound = 1e6 * model.forward_megaflops * WIDTH_MARGIN * width**model.forward_growth
    assert counted.forward <= bound <= 1.5 * counted.forward
    assert counted.training <= 3 * bound


@pytest.mark.parametrize(
    ("name", "width"),
    [*((name, 1 / 16) for name in STATED), *((name, width) for name in SMALL for width in (1, 2))],
)
def test_the_bound_on_parameters_without_torch_holds(name, width):
    module = build(name, width)
    counted = sum(parameter.numel() for parameter in module.parameters())
    growth = models.MODELS[name].growth
    bound = 1e6 * models.MODELS[name].megaparameters * WIDTH_MARGIN * width**growth
    assert counted <= bound <= 1.6 * counted
