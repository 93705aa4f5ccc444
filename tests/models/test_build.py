"""The table of models: names, sizes and where initial weights come from."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from edgecase import models
from edgecase.base.errors import ConfigError

WORKFLOW = Path(__file__).parents[2] / "workflow"

STACKS = {
    "A": [[64], [128], [256, 256], [512, 512], [512, 512]],
    "B": [[64, 64], [128, 128], [256, 256], [512, 512], [512, 512]],
    "D": [[64, 64], [128, 128], [256] * 3, [512] * 3, [512] * 3],
}


def convolution_parameters(stack, width=1.0):
    channels, total = 3, 0
    for out in (round(out * width) for block in STACKS[stack] for out in block):
        total += channels * out * 9 + out
        channels = out
    return total


def size(module):
    return sum(parameter.numel() for parameter in module.parameters())


def test_the_printed_numbers_of_parameters():
    assert size(models.build("vgg9")) == 9_225_610
    assert size(models.build("lenet")) == 1_199_882


@pytest.mark.parametrize(
    ("width", "first", "second", "hidden"), [(1, 32, 64, 128), (0.5, 16, 32, 64)]
)
def test_parameters_of_the_cnn_by_hand(width, first, second, hidden):
    """32 × 32 → 30 × 30 → 28 × 28 → pooled 14 × 14."""
    convolutions = (27 * first + first) + (9 * first * second + second)
    linear = (14 * 14 * second * hidden + hidden) + (hidden * 10 + 10)
    assert size(models.build("cnn", width=width)) == convolutions + linear
    if width == 1:
        assert convolutions + linear == 896 + 18_496 + 1_605_760 + 1_290 == 1_626_442


@pytest.mark.parametrize(("name", "stack"), [("vgg11", "A"), ("vgg13", "B"), ("vgg16", "D")])
def test_classifier_of_the_larger_vggs(name, stack):
    classifier = 2 * (512 * 512 + 512) + 512 * 10 + 10
    assert size(models.build(name)) == convolution_parameters(stack) + classifier


@pytest.mark.parametrize("width", [0.25, 0.5, 1.25])
def test_width_multiplies_every_hidden_layer(width):
    last = round(512 * width)
    assert size(models.build("vgg9", width=width)) == (
        convolution_parameters("A", width) + last * 10 + 10
    )
    assert size(models.build("vgg11", width=width)) == (
        convolution_parameters("A", width) + 2 * (last * last + last) + last * 10 + 10
    )
    first, second, hidden = round(32 * width), round(64 * width), round(128 * width)
    assert size(models.build("lenet", width=width)) == (
        9 * first
        + first
        + first * second * 9
        + second
        + second * 144 * hidden
        + hidden
        + hidden * 10
        + 10
    )


#: what a model on words has to know of the data
OF_DATA = {"lstm": {"words": 30, "padding": "masked"}, "tied-lstm": {"words": 30}}


def build_any(name, **arguments):
    of_data = OF_DATA.get(name, {})
    return models.build(name, **of_data, **arguments)


IMAGES = [name for name, model in models.MODELS.items() if len(model.input) == 3]


@pytest.mark.parametrize("name", IMAGES)
def test_input_shape_and_number_of_classes(name):
    height, width, channels = models.MODELS[name].input
    module = models.build(name, num_classes=7, width=1 / 32).eval()
    assert module(torch.zeros(2, channels, height, width)).shape == (2, 7)


@pytest.mark.parametrize("name", models.MODELS)
def test_weights_come_from_the_generator_alone(name):
    def build(seed):
        module = build_any(name, width=1 / 16, generator=torch.Generator().manual_seed(seed))
        return torch.cat([parameter.flatten() for parameter in module.parameters()])

    first = build(1)
    torch.manual_seed(99)
    torch.rand(10)
    assert torch.equal(build(1), first)
    assert not torch.equal(build(2), first)


@pytest.mark.parametrize("name", models.MODELS)
def test_building_leaves_the_global_generator_alone(name):
    before = torch.get_rng_state()
    build_any(name, width=1 / 16)
    assert torch.equal(torch.get_rng_state(), before)


def test_without_a_generator_weights_are_those_of_seed_0():
    explicit = models.build("lenet", width=0.1, generator=torch.Generator().manual_seed(0))
    for ours, theirs in zip(
        models.build("lenet", width=0.1).parameters(), explicit.parameters(), strict=True
    ):
        assert torch.equal(ours, theirs)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"name": "resnet50"}, ["resnet50", "lenet", "vgg9", "vgg16"]),
        ({"name": "VGG9"}, ["VGG9", "vgg9"]),
        ({"name": "lenet", "width": 0}, ["width", "0"]),
        ({"name": "lenet", "width": -1.0}, ["width", "-1"]),
        ({"name": "lenet", "width": float("nan")}, ["width", "nan"]),
    ],
)
def test_refused_arguments(arguments, words):
    with pytest.raises(ConfigError) as error:
        models.build(**arguments)
    assert all(word in str(error.value) for word in words)


def test_a_name_is_registered_once():
    with pytest.raises(ConfigError, match="'lenet' is registered twice"):
        models.register("lenet", input=(28, 28, 1))(lambda **arguments: None)


def test_the_table_is_read_without_torch():
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import edgecase.models; "
        "print('torch' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, WORKFLOW], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "False"
