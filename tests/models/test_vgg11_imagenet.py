"""VGG-11 of photographs, against torchvision's own."""

import pytest
import torch
import torchvision
from torch import nn

from edgecase import models
from edgecase.models.layers import AveragePool

STACK = (64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M")


def theirs(width, hidden, classes):
    """torchvision's network, its cfg and its classifier scaled."""
    cfg = [entry if entry == "M" else round(entry * width) for entry in STACK]
    with torch.device("meta"):
        features = torchvision.models.vgg.make_layers(cfg)
        module = torchvision.models.VGG(features, num_classes=classes, init_weights=False)
    module.features.to_empty(device="cpu")
    last = cfg[-2] * 49
    module.classifier[0] = nn.Linear(last, hidden)
    module.classifier[3] = nn.Linear(hidden, hidden)
    module.classifier[6] = nn.Linear(hidden, classes)
    return module.double().eval()


@pytest.mark.parametrize("size", [(224, 224), (64, 64), (96, 33)])
def test_outputs_and_gradients_are_torchvisions_with_the_same_weights(size):
    ours = models.build("vgg11-imagenet", num_classes=5, width=1 / 32).double().eval()
    reference = theirs(1 / 32, 128, 5)
    reference.load_state_dict(ours.state_dict())
    x = torch.randn(2, 3, *size, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    found, expected = ours(x), reference(x)
    assert expected.std() > 0.05
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-12)
    for outputs in (found, expected):
        outputs.square().sum().backward()
    torch.testing.assert_close(
        [p.grad for p in ours.parameters()], [p.grad for p in reference.parameters()]
    )


def test_the_published_number_of_parameters():
    """At width 1 and by hand: nothing of it is built."""
    channels = [entry for entry in STACK if entry != "M"]
    pairs = zip([3, *channels], channels, strict=False)
    convolutions = sum(9 * inputs * outputs + outputs for inputs, outputs in pairs)
    linear = [(512 * 49, 4096), (4096, 4096), (4096, 1000)]
    stated = convolutions + sum(inputs * outputs + outputs for inputs, outputs in linear)
    assert stated == torchvision.models.VGG11_Weights.DEFAULT.meta["num_params"] == 132_863_336
    assert stated < 1e6 * models.MODELS["vgg11-imagenet"].megaparameters


def test_width_multiplies_every_hidden_layer():
    names = theirs(1 / 16, 256, 7).state_dict()
    ours = models.build("vgg11-imagenet", num_classes=7, width=1 / 16).state_dict()
    assert {k: v.shape for k, v in ours.items()} == {k: v.shape for k, v in names.items()}


def test_sizes_that_it_takes():
    model = models.MODELS["vgg11-imagenet"]
    assert model.takes((32, 40, 3))
    assert model.takes((500, 375, 3))
    for shape in ((31, 64, 3), (64, 64, 1), (64,), (64, 64)):
        assert not model.takes(shape)
    assert not models.MODELS["vgg9"].takes((64, 64, 3))


@pytest.mark.parametrize("size", [1, 2, 5, 7, 9, 14])
def test_average_pooling_is_torchs(size):
    x = torch.randn(2, 3, size, size + 3, generator=torch.Generator().manual_seed(size))
    expected = nn.functional.adaptive_avg_pool2d(x, 7)
    torch.testing.assert_close(AveragePool(7)(x), expected, rtol=1e-5, atol=1e-6)
