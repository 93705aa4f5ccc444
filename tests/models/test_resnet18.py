"""ResNet-18 in its CIFAR form: its size by hand, its values by torchvision's, and its back-ends."""

from itertools import pairwise

import pytest
import torch
from torch import nn

from edgecase import models
from edgecase.attacks import LocalTraining
from edgecase.federation.flat import FlatModel
from edgecase.federation.local import LocalJob, Samples, Stream
from edgecase.federation.stacked.network import refused
from edgecase.federation.stores import ImageStore
from edgecase.federation.trainer import build_trainer
from edgecase.federation.transforms import Transform

PLAIN = Transform((0.5,) * 3, (0.25,) * 3)
NAMES = ["resnet18", "resnet18-group"]


@pytest.mark.parametrize("name", NAMES)
def test_parameters_by_hand(name):
    """3×3 weights of the blocks, 1×1 weights of three shortcuts, two numbers per normalised map."""
    stages = [64, 128, 256, 512]
    inner = sum(9 * (first * out + 3 * out * out) for first, out in pairwise([64, *stages]))
    shortcuts = sum(first * out for first, out in pairwise(stages))
    normalised = 64 + 4 * sum(stages) + sum(stages[1:])
    expected = 27 * 64 + inner + shortcuts + 2 * normalised + 512 * 10 + 10
    flat = FlatModel(models.build(name))
    assert len(flat.parameters) == expected == 11_173_962
    assert len(flat.buffers) == (2 * normalised if name == "resnet18" else 0)
    assert not any("num_batches" in buffer for buffer in flat.buffer_names)


def test_its_forward_pass_is_torchvisions():
    """torchvision's ResNet-18, with the first layers of the CIFAR form, on the same weights."""
    torchvision = pytest.importorskip("torchvision")
    theirs = torchvision.models.resnet18(num_classes=10)
    theirs.conv1 = nn.Conv2d(3, 64, 3, padding=1, bias=False)
    theirs.maxpool = nn.Identity()
    ours = models.build("resnet18")
    own = iter(ours.state_dict().values())
    taken = {
        name: next(own) for name in theirs.state_dict() if not name.endswith("num_batches_tracked")
    }
    theirs.load_state_dict(taken, strict=False)
    x = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    for mode in (True, False):
        ours.train(mode)
        theirs.train(mode)
        with torch.no_grad():
            torch.testing.assert_close(ours(x), theirs(x), rtol=1e-4, atol=1e-4)


def test_stacked_clients_are_those_trained_alone():
    generator = torch.Generator().manual_seed(3)
    images = torch.randint(0, 256, (14, 32, 32, 3), generator=generator, dtype=torch.uint8)
    store = ImageStore(images, torch.arange(14) % 10)
    model = FlatModel(models.build("resnet18", width=1 / 32), dtype=torch.float64)
    training = LocalTraining(epochs=1, batch_size=4, lr=0.1, momentum=0.9, weight_decay=0.0)
    start, statistics = model.parameters.clone(), model.buffers.clone()
    jobs = [
        LocalJob(*(start, Samples(rows, PLAIN), training, Stream(0, 1, client)), buffers=statistics)
        for client, rows in enumerate([torch.arange(8), torch.arange(8, 14)])
    ]
    alone, stacked = (
        build_trainer(backend, model, store, 4, 2**33).train(store, jobs)
        for backend in ("sequential", "stacked-vmap")
    )
    assert not torch.equal(alone.parameters[0], start)
    torch.testing.assert_close(stacked.parameters, alone.parameters, rtol=0, atol=1e-10)
    torch.testing.assert_close(stacked.buffers, alone.buffers, rtol=0, atol=1e-10)


def test_what_back_ends_do_not_take_is_said():
    for name in NAMES:
        assert "takes only a chain" in refused(models.build(name, width=1 / 32), "grouped")
    assert refused(models.build("resnet18", width=1 / 32), "vmap") is None
    assert "takes no GroupNorm" in refused(models.build("resnet18-group", width=1 / 32), "vmap")
