"""The data set as the task sees it: turned, cut, with its transforms and watched classes."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from edgecase.base.errors import ConfigError
from edgecase.base.parameters import read
from edgecase.federation.crops import MEAN, STD
from edgecase.federation.parameters import StartParameters
from edgecase.federation.task import task_data, watched_classes
from edgecase.federation.transforms import task_transforms

CPU = torch.device("cpu")

MODEL = {"name": "lenet", "width": 1.0}


def arrays(shape, train=12, test=30):
    rng = np.random.default_rng(1)
    return {
        "x_train": rng.integers(0, 256, (train, *shape), np.uint8),
        "y_train": rng.integers(0, 10, train).astype(np.uint8),
        "x_test": rng.integers(0, 256, (test, *shape), np.uint8),
        "y_test": rng.integers(0, 10, test).astype(np.uint8),
    }


def load(dataset, content, orientation="published", transforms="published", **changes):
    switches = {"orientation": orientation, "transforms": transforms}
    setting = {"dataset": dataset, "model": MODEL, "start": "trained", "precision": "fp32"}
    return task_data(
        content, read(StartParameters, setting | {"switches": switches} | changes), CPU
    )


@pytest.mark.parametrize("dataset", ["emnist", "mnist", "standin-digits"])
@pytest.mark.parametrize("orientation", ["published", "upright"])
def test_digits_are_turned_as_the_switch_says(dataset, orientation):
    """Published: transposed, as EMNIST lies in its file; MNIST and the stand-in lie upright."""
    content = arrays((28, 28, 1))
    data = load(dataset, content, orientation)
    turned = (dataset == "emnist") == (orientation == "upright")
    for ours, name in ((data.train.images, "x_train"), (data.test.images, "x_test")):
        expected = content[name].transpose(0, 2, 1, 3) if turned else content[name]
        assert np.array_equal(ours.numpy(), expected)
        assert ours.is_contiguous()
    assert data.train.labels.tolist() == content["y_train"].tolist()
    assert data.train.labels.dtype == data.test.labels.dtype == torch.int64
    assert data.num_classes == 10


@pytest.mark.parametrize("dataset", ["cifar10", "standin-planes"])
def test_colour_images_are_never_turned(dataset):
    content = arrays((32, 32, 3))
    for orientation in ("published", "upright"):
        data = load(dataset, content, orientation)
        assert np.array_equal(data.train.images.numpy(), content["x_train"])


@pytest.mark.parametrize(("dataset", "shape"), [("cifar10", (32, 32, 3)), ("mnist", (28, 28, 1))])
@pytest.mark.parametrize("switch", ["published", "one"])
def test_transforms_follow_the_channels_and_the_switch(dataset, shape, switch):
    data = load(dataset, arrays(shape), transforms=switch)
    assert data.transforms == task_transforms(shape[2], switch)


def test_photographs_are_normalised_as_imagenets_for_everybody():
    tests = load("standin-photographs", arrays((64, 64, 3)), transforms="published").transforms
    assert tests.honest == tests.attacker
    assert {(each.mean, each.std) for each in (tests.honest, tests.test)} == {(MEAN, STD)}
    assert tests.test.padding is None


def test_a_part_of_the_test_set():
    content = arrays((28, 28, 1))
    whole = load("mnist", content, test_samples=None)
    assert len(whole.test.labels) == 30
    part = load("mnist", content, test_samples=8)
    rows = [
        next(i for i, image in enumerate(whole.test.images) if torch.equal(image, chosen))
        for chosen in part.test.images
    ]
    assert len(set(rows)) == 8
    assert rows == sorted(rows)
    assert rows != list(range(8))
    assert part.test.labels.tolist() == whole.test.labels[rows].tolist()
    assert torch.equal(load("mnist", content, test_samples=8).test.images, part.test.images)
    with pytest.raises(ConfigError, match="test_samples: 31 is more than the 30 of the test set"):
        load("mnist", content, test_samples=31)
    assert torch.equal(part.train.images, whole.train.images)


@pytest.mark.parametrize(
    ("dataset", "edge_set", "expected"),
    [
        ("cifar10", "southwest", (10, 0, 9, 9)),
        ("emnist", "ardis", (10, 7, 1, 7)),
        ("mnist", "ardis", (10, 7, 1, 7)),
        ("cifar10", "greencar", (10, 1, 2, 9)),
        ("standin-planes", "standin-livery", (10, 0, 9, 9)),
        ("standin-digits", "standin-sevens", (10, 7, 1, 7)),
        ("sentiment140", "lanthimos", (2, 1, 0, 1)),
    ],
)
def test_watched_classes(dataset, edge_set, expected):
    """PAPER §2 (labels) and §4, item 13: raw is truck on CIFAR and 7 on digits."""
    every_class = SimpleNamespace(
        test=SimpleNamespace(labels=torch.arange(expected[0])), num_classes=expected[0]
    )
    setting = SimpleNamespace(dataset=dataset, edge_set=edge_set)
    classes = watched_classes(setting, every_class)
    assert (classes.count, classes.source, classes.target, classes.raw) == expected


def test_a_test_set_without_a_watched_class_is_refused():
    parameters = SimpleNamespace(dataset="mnist", edge_set="ardis", test_samples=4)
    without_seven = SimpleNamespace(
        test=SimpleNamespace(labels=torch.tensor([0, 1, 2, 3])), num_classes=10
    )
    with pytest.raises(ConfigError, match="test_samples: 4 leaves no test sample of class 7"):
        watched_classes(parameters, without_seven)
