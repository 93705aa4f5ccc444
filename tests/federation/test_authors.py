"""The authors' checkpoints: only the exact file is opened, and only tensors in it."""

import hashlib
import pickle
from fractions import Fraction

import pytest
import torch
from tests.federation import reference

from edgecase import models
from edgecase.base.errors import DataError
from edgecase.federation import authors
from edgecase.federation.authors import load_authors
from edgecase.federation.flat import FlatModel

NAME = "emnist_lenet_10epoch.pt"


@pytest.fixture
def model():
    return FlatModel(models.build("lenet", width=0.1))


@pytest.fixture
def checkpoint(tmp_path):
    return tmp_path / NAME


def accept(monkeypatch, path):
    """Make the blob id of `path` the expected one, computed as git documents it."""
    content = path.read_bytes()
    blob = hashlib.sha1(f"blob {len(content)}".encode() + b"\x00" + content).hexdigest()
    monkeypatch.setitem(authors.BLOBS, path.name, blob)
    return blob


def test_the_blobs_of_the_paper():
    assert authors.BLOBS == {
        "Cifar10_VGG9_10epoch.pt": "45f19315358e646fb84ef834f11bbf30a564a2d6",
        "emnist_lenet_10epoch.pt": "fbbc30c56dfbe09b2616cc491c7561cc125a9a92",
    }


def test_a_checkpoint_is_matched_by_order_and_shape(model, checkpoint, monkeypatch):
    theirs = reference.LeNet(0.1)
    torch.save(theirs.state_dict(), checkpoint)
    accept(monkeypatch, checkpoint)
    load_authors(model, checkpoint)
    assert torch.equal(model.parameters, reference.flat([p.detach() for p in theirs.parameters()]))
    model.module.eval()
    x = torch.randn(2, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(model.module(x), theirs(x))


def test_the_blob_id_is_gits(checkpoint, monkeypatch):
    checkpoint.write_bytes(b"what is up, doc?")
    assert accept(monkeypatch, checkpoint) == "bd9dbf5aae1a3862dd1526723246b20206e5fc37"


def test_a_file_with_another_blob_is_refused(model, checkpoint):
    torch.save(reference.LeNet(0.1).state_dict(), checkpoint)
    before = model.parameters.clone()
    with pytest.raises(DataError, match=authors.BLOBS[NAME]) as error:
        load_authors(model, checkpoint)
    assert str(checkpoint) in str(error.value)
    assert torch.equal(model.parameters, before)


def test_one_changed_byte_is_refused(model, checkpoint, monkeypatch):
    torch.save(reference.LeNet(0.1).state_dict(), checkpoint)
    accept(monkeypatch, checkpoint)
    content = bytearray(checkpoint.read_bytes())
    content[len(content) // 2] ^= 1
    checkpoint.write_bytes(content)
    with pytest.raises(DataError, match="expected git-blob"):
        load_authors(model, checkpoint)


def test_another_name_is_refused(model, tmp_path):
    with pytest.raises(DataError, match="Cifar10_VGG9_10epoch"):
        load_authors(model, tmp_path / "model.pt")


def test_what_is_no_tensor_is_not_opened(model, checkpoint, monkeypatch):
    """A harmless class that torch's loader of weights alone does not admit."""
    torch.save({"weight": Fraction(1, 3)}, checkpoint)
    accept(monkeypatch, checkpoint)
    with pytest.raises(pickle.UnpicklingError, match=r"fractions\.Fraction"):
        load_authors(model, checkpoint)


def test_shapes_of_another_model_are_refused(model, checkpoint, monkeypatch):
    torch.save(reference.LeNet(0.2).state_dict(), checkpoint)
    accept(monkeypatch, checkpoint)
    before = model.parameters.clone()
    with pytest.raises(DataError, match="shapes"):
        load_authors(model, checkpoint)
    assert torch.equal(model.parameters, before)
