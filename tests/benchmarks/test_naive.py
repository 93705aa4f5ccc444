"""The naive round against federated averaging by hand, and against the project's own round."""

import copy

import numpy as np
import pytest
import torch
from benchmarks.naive import ImageSet, Naive, accuracy, average, torchvision_transform, train
from benchmarks.workload import build, resolve
from tests.benchmarks.rounds import assert_is_the_projects
from torch import nn

from edgecase import models
from edgecase.attacks import LocalTraining
from edgecase.base.errors import ConfigError
from edgecase.federation.transforms import Transform, task_transforms

CPU = torch.device("cpu")
PLAIN = Transform(mean=(0.4,), std=(0.2,))


def softmax_regression(weight, bias, x, labels, how):
    """Full-batch SGD with momentum and weight decay on cross-entropy, by its formula, in float64.

    weight [c, d], bias [c], x [n, d], labels [n]. The gradient of the logits is (p − y) / n.
    """
    weight, bias = weight.copy(), bias.copy()
    velocity = [np.zeros_like(weight), np.zeros_like(bias)]
    for _ in range(how.epochs):
        logits = x @ weight.T + bias
        p = np.exp(logits - logits.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        error = (p - np.eye(len(bias))[labels]) / len(x)
        gradients = [error.T @ x, error.sum(0)]
        for place, parameter in enumerate((weight, bias)):
            gradient = gradients[place] + how.weight_decay * parameter
            velocity[place] = how.momentum * velocity[place] + gradient
            parameter -= how.lr * velocity[place]
    return weight, bias


def test_a_round_is_federated_averaging_by_hand():
    rng = np.random.default_rng(0)
    sizes = [3, 7, 5]
    clients = [
        (rng.integers(0, 256, (n, 4, 4, 1), dtype=np.uint8), rng.integers(0, 3, n)) for n in sizes
    ]
    # One batch holds all samples, so their order changes nothing.
    how = LocalTraining(epochs=3, batch_size=8, lr=0.1, momentum=0.9, weight_decay=0.01)
    server = nn.Sequential(nn.Flatten(), nn.Linear(16, 3))
    start = [parameter.detach().double().numpy() for parameter in server.parameters()]

    trained = []
    for images, labels in clients:
        model = copy.deepcopy(server)
        train(model, ImageSet(images, labels, torchvision_transform(PLAIN, 4, True)), how, CPU)
        trained.append(model)
    found = average(trained, sizes)

    expected = [np.zeros((3, 16)), np.zeros(3)]
    for images, labels in clients:
        x = (images.reshape(len(images), -1) / 255 - 0.4) / 0.2
        local = softmax_regression(*start, x, labels, how)
        for total, parameter in zip(expected, local, strict=True):
            total += len(images) / sum(sizes) * parameter
    for name, parameter in zip(("1.weight", "1.bias"), expected, strict=True):
        np.testing.assert_allclose(found[name].numpy(), parameter, rtol=1e-5, atol=1e-6)
        assert found[name].dtype == torch.float32
    # What was trained were copies.
    assert all(
        np.array_equal(a, b.detach().numpy())
        for a, b in zip(start, server.parameters(), strict=True)
    )


@pytest.mark.parametrize("attacked", [False, True])
def test_its_round_is_that_of_the_project(attacked):
    """Without dropout and augmentation, and with one batch per client, only rounding differs."""
    parameters = resolve("cifar10-southwest", attacked=attacked, precision="fp32", quick=True)
    switches = parameters["switches"] | {"transforms": "plain"}
    workload = build(parameters | {"switches": switches, "batch_size": 512})
    naive = Naive(workload, 1, CPU)
    server = models.build("vgg9", width=parameters["model"]["width"])
    assert_is_the_projects(naive.aggregate(naive.train_clients(server)), workload)


def test_every_phase_is_timed_for_every_seed():
    parameters = resolve("emnist-ardis", attacked=True, precision="fp32", quick=True)
    seconds = Naive(build(parameters), 2, CPU).round()
    assert all(value > 0 for value in seconds.values())
    assert list(seconds) == ["train_s", "aggregate_s", "evaluate_s"]


def test_accuracy_over_batches_of_any_size():
    images = np.zeros((5, 4, 4, 1), dtype=np.uint8)
    images[3:] = 255
    model = nn.Sequential(nn.Flatten(), nn.Linear(16, 2))
    with torch.no_grad():
        model[1].weight[:] = torch.tensor([[-1.0], [1.0]])
        model[1].bias.zero_()
    # Dark images are class 0, bright ones class 1; one of five labels is wrong.
    dataset = ImageSet(
        images, np.array([0, 0, 1, 1, 1]), torchvision_transform(PLAIN, 4, training=False)
    )
    assert {accuracy(model, dataset, size, CPU) for size in (1, 2, 1000)} == {0.8}


@pytest.mark.parametrize("channels", [1, 3])
def test_test_images_are_normalised_as_in_the_project(channels):
    transform = task_transforms(channels, "published").test
    images = np.random.default_rng(0).integers(0, 256, (3, 8, 8, channels), dtype=np.uint8)
    found = ImageSet(images, np.zeros(3), torchvision_transform(transform, 8, training=False))
    expected = transform.test(torch.from_numpy(images))
    for row in range(3):
        torch.testing.assert_close(found[row][0], expected[row], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("padding", ["reflect", "zero"])
def test_training_images_are_crops_and_mirrored_crops(padding):
    """Of every augmented image: it is one of the 9 · 9 · 2 that the padding allows."""
    image = np.random.default_rng(1).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    mode = {"reflect": "reflect", "zero": "constant"}[padding]
    padded = np.pad(image, ((4, 4), (4, 4), (0, 0)), mode=mode)
    possible = {
        crop[:, ::step].tobytes()
        for top in range(9)
        for left in range(9)
        for crop in [padded[top : top + 8, left : left + 8]]
        for step in (1, -1)
    }
    transform = Transform(mean=(0.0,) * 3, std=(1.0,) * 3, padding=padding)
    dataset = ImageSet(image[None], np.zeros(1), torchvision_transform(transform, 8, True))
    seen = set()
    for _ in range(60):
        shown = (dataset[0][0] * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()
        seen.add(np.ascontiguousarray(shown).tobytes())
    assert seen <= possible
    assert len(seen) > 30


def test_an_unknown_model_is_refused():
    parameters = resolve("emnist-ardis", attacked=False, precision="fp32", quick=True)
    workload = build(parameters | {"model": {"name": "vgg16", "width": 1.0}})
    with pytest.raises(ConfigError, match="naive: has no model 'vgg16'; allowed: vgg9, lenet"):
        Naive(workload, 1, CPU)
