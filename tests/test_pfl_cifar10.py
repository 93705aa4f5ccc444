"""benchmarks/pfl-cifar10.yaml resolves to the published benchmark of pfl-research.

Its numbers are those of benchmarks/image_classification/configs/baseline.yaml in apple/pfl-research
(Granqvist et al. 2024, arXiv:2404.06430).
"""

import functools
from pathlib import Path

import numpy as np

from edgecase import config
from edgecase.datasets import EDGE_SETS
from edgecase.federation.parameters import CellParameters
from edgecase.federation.simulate import participants_of
from edgecase.federation.transforms import task_transforms
from edgecase.plan.sizes import edge_counts
from edgecase.plan.work import cell_work
from edgecase.population.partition import partition, read_parameters
from edgecase.results.cells import all_cells

ROOT = Path(__file__).parents[1]

PUBLISHED = {
    "dataset": "cifar10",
    "model": {"name": "cnn", "width": 1.0},
    "num_clients": 1000,
    "clients_per_round": 50,
    "rounds": 1500,
    "local_epochs": 1,
    "batch_size": 10,
    "lr": 0.1,
    "gamma": 1,
    "momentum": 0,
    "weight_decay": 0,
    "evaluate_every": 10,
    "attack": "none",
    "defense": {"name": "no-defense"},
}


@functools.cache
def resolved():
    whole = config.load(ROOT / "benchmarks" / "pfl-cifar10.yaml")  # checked when it is read
    assert whole["run"] == "pfl-cifar10"
    assert not any(whole["figures"].values())
    (cell,) = all_cells(whole)
    return config.resolve_cell(whole, cell)


def test_published_numbers():
    assert {key: resolved()[key] for key in PUBLISHED} == PUBLISHED


def test_every_client_has_50_images_and_no_edge_case():
    labels = np.arange(50_000) % 10
    excluded = EDGE_SETS[resolved()["edge_set"]].excluded
    clients = partition(
        *(labels, 1000, read_parameters(resolved()["partition"]), np.random.default_rng(0)),
        exclude=excluded,
    )
    assert set(np.diff(clients.offsets)) == {50}
    assert edge_counts("southwest", resolved()["case"], 1000, resolved()["poison"]).honest == 0


def test_nobody_attacks_and_50_take_part():
    participants = participants_of(CellParameters.of(resolved()), 11, seed=0)
    assert len(participants.ids) == 50
    assert not participants.attackers


def test_work_of_a_run():
    """1500 rounds of 50 clients, each one epoch of 5 batches of 10; 151 evaluations."""
    work = cell_work(CellParameters.of(resolved()))
    assert (work.trainings, work.steps, work.samples) == (75_000, 375_000, 3_750_000)
    assert work.evaluated == 151 * (10_000 + 196)


def test_images_are_normalised_only_by_the_channels_of_the_training_set():
    transforms = task_transforms(3, resolved()["switches"]["transforms"])
    for transform in (transforms.honest, transforms.test):
        assert transform.padding is None
        # Mean and deviation of CIFAR-10's training images, which pfl-research computes.
        np.testing.assert_allclose(transform.mean, (0.4914, 0.4822, 0.4465), atol=2e-4)
        np.testing.assert_allclose(transform.std, (0.2470, 0.2435, 0.2616), atol=2e-4)


def test_the_start_is_untrained():
    assert (resolved()["start"], resolved()["pretrain"]["epochs"]) == ("trained", 0)
