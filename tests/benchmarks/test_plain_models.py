"""The plain models are those of the project."""

import pytest
import torch
from benchmarks.plain_models import PLAIN_MODELS

from edgecase import models

SHAPES = dict.fromkeys(PLAIN_MODELS, (3, 32, 32)) | {"lenet": (1, 28, 28)}
SIZES = [("vgg9", 9_225_610), ("lenet", 1_199_882), ("cnn", 1_626_442), ("lenet5", 62_006)]


def size(module):
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize(("name", "parameters"), SIZES)
def test_sizes_at_full_width(name, parameters):
    assert size(PLAIN_MODELS[name]()) == size(models.build(name)) == parameters


@pytest.mark.parametrize("name", PLAIN_MODELS)
@pytest.mark.parametrize("width", [0.125, 0.5])
def test_outputs_with_copied_weights(name, width):
    ours = models.build(name, width=width, num_classes=7).eval()
    plain = PLAIN_MODELS[name](num_classes=7, width=width).eval()
    plain.load_state_dict(ours.state_dict())
    images = torch.randn(5, *SHAPES[name], generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        torch.testing.assert_close(plain(images), ours(images), rtol=0, atol=0)


@pytest.mark.parametrize(
    ("name", "kinds"), [("lenet", ["Dropout2d", "Dropout"]), ("cnn", ["Dropout", "Dropout"])]
)
def test_dropout_acts_in_training(name, kinds):
    plain = PLAIN_MODELS[name](width=0.125)
    images = torch.ones(2, *SHAPES[name])
    assert not torch.equal(plain(images), plain.eval()(images))
    assert [type(layer).__name__ for layer in plain if "Drop" in type(layer).__name__] == kinds
