"""The starting model: central training with the honest transform, the same for every seed."""

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from tests.federation import reference

from edgecase import models
from edgecase.base.errors import DataError
from edgecase.base.parameters import read
from edgecase.base.randomness import numpy_generator
from edgecase.federation.flat import FlatModel
from edgecase.federation.parameters import Recipe
from edgecase.federation.pretrain import clean_accuracy, load_start, pretrain
from edgecase.federation.stores import ImageStore
from edgecase.federation.task import TaskData
from edgecase.federation.transforms import task_transforms

RECIPE = {"epochs": 2, "batch_size": 8, "lr": 0.05, "momentum": 0.9, "weight_decay": 0.01}


def random_images(rng, count):
    images = torch.from_numpy(rng.integers(0, 256, (count, 32, 32, 3), np.uint8))
    return ImageStore(images, torch.from_numpy(rng.integers(0, 10, count)))


@pytest.fixture
def data():
    rng = np.random.default_rng(3)
    return TaskData(
        train=random_images(rng, 21),
        test=random_images(rng, 17),
        transforms=task_transforms(3, "published"),
        num_classes=10,
    )


@pytest.fixture
def model():
    generator = torch.Generator().manual_seed(4)
    module = models.build("vgg9", width=1 / 32, generator=generator)
    return FlatModel(module, dtype=torch.float64)


def reference_model(model):
    theirs = reference.VGG9(1 / 32).double()
    reference.load_flat(theirs, model.parameters)
    return theirs


@pytest.mark.parametrize("num_samples", [None, 13])
def test_central_training_equals_the_reference(data, model, num_samples):
    theirs = reference_model(model)
    trained = pretrain(model, data, read(Recipe, RECIPE | {"num_samples": num_samples}), "fp32")
    order = numpy_generator(0, "pretrain-samples").permutation(21)[:num_samples]
    assert len(set(order.tolist())) == (num_samples or 21)
    pairs = [(data.train.images[i].numpy(), data.train.labels[i]) for i in order]
    expected = reference.train(theirs, pairs, reference.COLOUR_HONEST, RECIPE, 0, 0, 0, "pretrain-")
    vector = reference.flat([p.detach() for p in expected.parameters()])
    torch.testing.assert_close(trained, vector, rtol=0, atol=1e-10)


def test_no_epoch_leaves_the_initial_weights(data, model):
    before = model.parameters.clone()
    assert torch.equal(pretrain(model, data, read(Recipe, RECIPE | {"epochs": 0}), "fp32"), before)


def test_clean_accuracy_is_over_all_test_images(data, model):
    theirs = reference_model(model)
    pairs = list(zip(data.test.images.numpy(), data.test.labels, strict=True))
    expected = reference.percent(theirs, pairs, reference.COLOUR_ATTACKER)
    vector = model.parameters.clone()
    for batch_size in (5, 17, 100):
        assert clean_accuracy(model, vector, data, batch_size, "fp32") == pytest.approx(expected)


def test_training_fits_what_it_sees(data):
    """Enough epochs on few samples have to be remembered, or nothing is learned at all."""
    first = data.train.labels[:6]
    single = FlatModel(models.build("lenet", width=0.2))
    untrained = single.state()
    shown = ImageStore(data.train.images[:6, :28, :28, :1], first)
    digits = TaskData(shown, shown, task_transforms(1, "published"), 10)
    for precision in ("fp32", "bf16"):
        single.load_state(untrained)
        recipe = RECIPE | {"epochs": 60, "lr": 0.01, "weight_decay": 0.0}
        trained = pretrain(single, digits, read(Recipe, recipe), precision)
        assert clean_accuracy(single, trained, digits, 6, precision) == 100


@pytest.mark.parametrize("content", [b"", b"no model at all", b"\xff" * 64])
def test_a_broken_starting_model_is_refused_by_name(tmp_path, content):
    path = tmp_path / "start.safetensors"
    path.write_bytes(content)
    model = FlatModel(models.build("lenet", width=0.05))
    with pytest.raises(DataError, match=r"start\.safetensors"):
        load_start(model, path)


def test_a_starting_model_of_another_width_is_refused(tmp_path):
    path = tmp_path / "start.safetensors"
    save_file(FlatModel(models.build("lenet", width=0.1)).state(), path)
    with pytest.raises(DataError, match=r"start\.safetensors"):
        load_start(FlatModel(models.build("lenet", width=0.05)), path)
