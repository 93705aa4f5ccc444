"""A batch-normalised network on every back-end, against a plain loop with `nn.BatchNorm2d`."""

import numpy as np
import pytest
import torch
from tests.federation.conftest import typed
from torch import nn

from edgecase.attacks import LocalTraining
from edgecase.base.randomness import derive_key
from edgecase.base.tensor_randomness import random_permutation
from edgecase.federation.flat import FlatModel
from edgecase.federation.local import LocalJob, Samples, Stream
from edgecase.federation.simulate import SeedRun, simulate
from edgecase.federation.stores import ImageStore
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
        nn.Linear(4, 10),
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
    store = ImageStore(images, torch.from_numpy(rng.integers(0, 10, 40)))
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
    optimizer = torch.optim.SGD(
        layers.parameters(), lr=job.training.lr, momentum=0.9, weight_decay=0.01
    )
    mean, std = job.samples.transform.mean[0], job.samples.transform.std[0]
    count = len(job.samples.index)
    for epoch in range(2):
        places = torch.arange(epoch * count, (epoch + 1) * count)
        key = derive_key(job.stream.seed, "order", job.stream.round, job.stream.client)
        for rows in job.samples.index[random_permutation(key, places)].split(4):
            x = ((store.images[rows].double() / 255 - mean) / std).permute(0, 3, 1, 2)
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
    trained = build_trainer(backend, model, store, 4, 2**30).train(store, listed)
    for row, job in enumerate(listed):
        parameters, buffers = plain(store, job)
        torch.testing.assert_close(trained.parameters[row], parameters, rtol=0, atol=1e-11)
        torch.testing.assert_close(trained.buffers[row], buffers, rtol=0, atol=1e-12)
        assert not torch.equal(trained.buffers[row], job.buffers)


@pytest.mark.parametrize("backend", ["sequential", "stacked-vmap"])
@pytest.mark.parametrize("defense", ["no-defense", "krum"])
def test_rounds_average_the_statistics_of_the_clients_that_were_kept(
    defense, backend, make_world, lay_out, parameters, classes
):
    """Two rounds: parameters and statistics are those of plain loops, averaged by sample counts."""
    cell = parameters(defense=defense, rounds=2)
    population, tests = lay_out(make_world(SHAPE), cell)
    model = FlatModel(network(BatchNorm2d), dtype=torch.float64)
    now, statistics = model.parameters.clone(), model.buffers.clone()
    runs = [SeedRun(3, population, tests)]
    trainer = build_trainer(backend, model, population.store, 4, 2**30)
    found = simulate(
        *(trainer, now, runs, classes, typed(cell)), test_batch_size=50, start_buffers=statistics
    )
    for round, (_, record) in enumerate(found):
        if round:
            training = LocalTraining(2, 4, 0.05 * 0.9 ** (round - 1), 0.9, 0.01)
            clients = list(map(int, record.values["client_ids"].split()))
            trained = [
                plain(
                    population.store,
                    LocalJob(
                        *(now, population.honest[client], training, Stream(3, round, client)),
                        buffers=statistics,
                    ),
                )
                for client in clients
            ]
            refused = set(map(int, record.values["refused_ids"].split()))
            assert len(refused) == (4 if defense == "krum" else 0)
            counts = torch.tensor(
                [population.honest_counts[c] if c not in refused else 0.0 for c in clients],
                dtype=torch.float64,
            )
            shares = (counts / counts.sum())[:, None]
            now = (torch.stack([parameters for parameters, _ in trained]) * shares).sum(0)
            statistics = (torch.stack([buffers for _, buffers in trained]) * shares).sum(0)
        torch.testing.assert_close(record.parameters, now, rtol=0, atol=1e-11)
        torch.testing.assert_close(record.carried.buffers, statistics, rtol=0, atol=1e-11)
        tested = network(nn.BatchNorm2d).eval()
        state = FlatModel(network(BatchNorm2d), dtype=torch.float64)
        state.load(now, statistics)
        tested.load_state_dict(state.state(), strict=False)
        hits = tested(tests.inputs[: tests.num_clean]).argmax(1) == tests.labels[: tests.num_clean]
        assert record.values["main_task_acc"] == pytest.approx(100 * hits.double().mean().item())
