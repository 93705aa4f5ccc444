"""A batch-normalised network on every back-end, against a plain loop with `nn.BatchNorm2d`."""

import numpy as np
import pytest
import torch
from torch import nn

from edgecase.attacks import LocalTraining
from edgecase.base.randomness import derive_key
from edgecase.base.tensor_randomness import random_permutation
from edgecase.federation.flat import FlatModel
from edgecase.federation.local import LocalJob, Samples, Store, Stream
from edgecase.federation.trainer import BACKENDS, build_trainer
from edgecase.federation.transforms import Transform
from edgecase.models.layers import BatchNorm2d

SHAPE = (6, 6, 1)
#: under batches of 4: whole ones, short tails of 3, 1 and 2, and a client of one sample.
SIZES = [8, 7, 5, 1, 2]
TRANSFORM = Transform((0.5,), (0.25,))


def network(normalisation):
    """Two normalised convolutions; the second has maps of one pixel."""
    module = nn.Sequential(
        nn.Conv2d(1, 3, 3),
        normalisation(3),
        nn.ReLU(),
        nn.MaxPool2d(4),
        nn.Conv2d(3, 4, 1),
        normalisation(4),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(4, 3),
    ).double()
    generator = torch.Generator().manual_seed(2)
    for parameter in module.parameters():
        nn.init.uniform_(parameter, -0.8, 0.8, generator=generator)
    return module


@pytest.fixture
def jobs():
    """A store, and a job of each size from a model whose statistics are not those of the start."""
    rng = np.random.default_rng(5)
    images = torch.from_numpy(rng.integers(0, 256, (40, *SHAPE), np.uint8))
    store = Store(images, torch.from_numpy(rng.integers(0, 3, 40)))
    model = FlatModel(network(BatchNorm2d), dtype=torch.float64)
    buffers = torch.linspace(0.5, 2.0, len(model.buffers), dtype=torch.float64)
    return store, [
        LocalJob(
            model.parameters.clone(),
            Samples(torch.from_numpy(rng.choice(40, size, replace=False)), TRANSFORM),
            LocalTraining(epochs=2, batch_size=4, lr=0.1, momentum=0.9, weight_decay=0.01),
            Stream(seed=1, round=3, client=client),
            buffers=buffers + 0.01 * client,
        )
        for client, size in enumerate(SIZES)
    ]


def plain(store, job):
    """The parameters and the statistics after a loop of torch's own parts; a lone value has
    variance 0, where torch stops."""
    layers = network(nn.BatchNorm2d)
    state = FlatModel(network(BatchNorm2d), dtype=torch.float64)
    state.load(job.start, job.buffers)
    layers.load_state_dict(state.state(), strict=False)
    optimizer = torch.optim.SGD(layers.parameters(), lr=0.1, momentum=0.9, weight_decay=0.01)
    count = len(job.samples.index)
    for epoch in range(2):
        places = torch.arange(epoch * count, (epoch + 1) * count)
        key = derive_key(job.stream.seed, "order", job.stream.round, job.stream.client)
        for rows in job.samples.index[random_permutation(key, places)].split(4):
            x = ((store.images[rows].double() / 255 - 0.5) / 0.25).permute(0, 3, 1, 2)
            for layer in layers:
                if isinstance(layer, nn.BatchNorm2d) and x.numel() == x.shape[1]:
                    layer.running_mean += 0.1 * (x.detach().flatten() - layer.running_mean)
                    layer.running_var *= 0.9
                    x = (x - x) * layer.weight[:, None, None] + layer.bias[:, None, None]
                else:
                    x = layer(x)
            optimizer.zero_grad()
            nn.functional.cross_entropy(x, store.labels[rows]).backward()
            optimizer.step()
    trained = FlatModel(layers, dtype=torch.float64)
    return trained.parameters, trained.buffers


@pytest.mark.parametrize("backend", BACKENDS)
def test_parameters_and_statistics_of_every_client(backend, jobs):
    store, listed = jobs
    model = FlatModel(network(BatchNorm2d), dtype=torch.float64)
    trained = build_trainer(backend, model, SHAPE, 4, 2**30).train(store, listed)
    for row, job in enumerate(listed):
        parameters, buffers = plain(store, job)
        torch.testing.assert_close(trained.parameters[row], parameters, rtol=0, atol=1e-11)
        torch.testing.assert_close(trained.buffers[row], buffers, rtol=0, atol=1e-12)
        assert not torch.equal(trained.buffers[row], job.buffers)
