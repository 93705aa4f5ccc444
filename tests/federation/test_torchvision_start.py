"""torchvision's weights: known by their name's digits, and cut to the classes of the data."""

import hashlib
from fractions import Fraction

import pytest
import torch

from edgecase import models
from edgecase.base.errors import DataError
from edgecase.datasets import wnids
from edgecase.federation import torchvision_start
from edgecase.federation.authors import load_authors
from edgecase.federation.flat import FlatModel
from edgecase.federation.torchvision_start import load_torchvision

CLASSES = ["n04336792", "n02089078", "n01440764"]
NUMBERS = [830, 165, 0]
WIDTH = 1 / 64


@pytest.fixture
def model():
    return FlatModel(models.build("vgg11-imagenet", num_classes=3, width=WIDTH))


@pytest.fixture(scope="module")
def state():
    generator = torch.Generator().manual_seed(3)
    return models.build("vgg11-imagenet", num_classes=1000, width=WIDTH, generator=generator)


@pytest.fixture
def saved(tmp_path):
    def save(content):
        path = tmp_path / "weights"
        torch.save(content, path)
        digits = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
        return path.rename(tmp_path / f"vgg11-{digits}.pth")

    return save


def test_outputs_are_those_of_the_chosen_classes_in_their_order(model, state, saved):
    load_torchvision(model, saved(state.state_dict()), CLASSES)
    x = torch.randn(2, 3, 40, 40, generator=torch.Generator().manual_seed(1))
    model.module.eval()
    torch.testing.assert_close(model.module(x), state.eval()(x)[:, NUMBERS])


def test_all_classes_are_the_file_itself(state, saved):
    whole = FlatModel(models.build("vgg11-imagenet", num_classes=1000, width=WIDTH))
    load_torchvision(whole, saved(state.state_dict()), wnids.CLASSES)
    for name, tensor in whole.state().items():
        assert torch.equal(tensor, state.state_dict()[name])


def test_the_authors_start_is_this_file_by_its_name(model, state, saved, monkeypatch):
    path = saved(state.state_dict())
    monkeypatch.setattr(torchvision_start, "NAME", path.name)
    load_authors(model, path, CLASSES)
    assert torch.equal(model.state()["classifier.6.bias"], torch.zeros(3))
    assert torch.equal(
        model.state()["classifier.6.weight"], state.state_dict()["classifier.6.weight"][NUMBERS]
    )


def _refused(model, path, *words, names=CLASSES):
    before = model.parameters.clone()
    with pytest.raises(DataError) as error:
        load_torchvision(model, path, names)
    assert all(word in str(error.value) for word in words), str(error.value)
    assert torch.equal(model.parameters, before)


def test_a_file_of_other_bytes_than_its_name_says_is_refused(model, state, saved):
    path = saved(state.state_dict())
    with path.open("ab") as handle:
        handle.write(b"\0")
    _refused(model, path, str(path), "expected sha256-start", path.stem.rpartition("-")[2])


def test_what_is_no_tensor_is_refused(model, state, saved):
    _refused(model, saved({"weight": Fraction(1, 3)}), "as weights alone")
    _refused(model, saved({**state.state_dict(), "epoch": 3}), "something else than tensors")


def test_other_names_and_shapes_are_refused(model, state, saved):
    left = dict(state.state_dict())
    del left["features.0.bias"]
    _refused(model, saved(left), "parameters of shapes", "features.0.bias")
    wider = models.build("vgg11-imagenet", num_classes=1000, width=2 * WIDTH)
    _refused(model, saved(wider.state_dict()), "parameters of shapes")
    _refused(model, saved(model.state()), "parameters of shapes", "1000")


def test_classes_that_are_none_of_imagenets_are_named(model, state, saved):
    _refused(
        *(model, saved(state.state_dict()), "2 classes", "daisy, rose"),
        names=["daisy", "n01440764", "rose"],
    )
