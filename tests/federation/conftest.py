"""A small federation of random images with clients of unequal size, and its parameters."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from edgecase import attacks
from edgecase.federation.clients import build_populations, build_tests
from edgecase.federation.parameters import CellParameters
from edgecase.federation.simulate import Classes, SeedRun, simulate
from edgecase.federation.stores import ImageStore
from edgecase.federation.trainer import Sequential
from edgecase.federation.transforms import task_transforms
from edgecase.population.partition import Partition

SIZES = [3, 14, 6, 9, 4, 11, 5, 8]
PARAMETERS = {
    "num_clients": len(SIZES),
    "clients_per_round": 5,
    "rounds": 3,
    "local_epochs": 2,
    "attacker_epochs": 3,
    "batch_size": 4,
    "test_batch_size": 7,
    "lr": 0.05,
    "gamma": 0.9,
    "momentum": 0.9,
    "weight_decay": 0.01,
    "attacker_lr": 0.08,
    "eps": 0.1,
    "project_frequency": 2,
    "prox_coefficient": 0.5,
    "oneshot_lr": 0.2,
    "oneshot_epochs": 4,
    "oneshot_loss": 1.5,
    "first_attack_round": 1,
    "seated_client": None,
    "diverged_clients": "stop",
    "precision": "fp32",
    "participation": "fixed-freq-2",
    "attack": "none",
    "defense": {"name": "no-defense"},
    "switches": {
        "orientation": "published",
        "transforms": "published",
        "radius_decay": "published",
        "multi_krum_counts": "corrected",
        "p_study": "published",
        "pool_assumptions": "published",
        "edge_sample_weight": "published",
    },
}
DEFENSES = {
    "no-defense": {},
    "norm-clipping": {"norm_bound": 0.3},
    "norm-clipping-adaptive": {},
    "weak-dp": {"norm_bound": 0.3, "stddev": 0.01},
    "krum": {"num_byzantine": 1},
    "multi-krum": {"num_byzantine": 1},
    "rfa": {},
}

PARTICIPATIONS = ("fixed-freq-2", "fixed-pool-3")

#: an option does the same to every base.
ATTACKS = [name for name in attacks.names() if not name.startswith("oneshot-")]


def pairings(attack):
    """`attack` under both participations, with the defenses in turn: (participation, defense).

    Over all attacks every defense comes up, under both participations.
    """
    first = len(PARTICIPATIONS) * ATTACKS.index(attack)
    defenses = itertools.islice(itertools.cycle(DEFENSES), first, None)
    return list(zip(PARTICIPATIONS, defenses, strict=False))


#: what a cell has besides, and these federations do not read.
_REST = {
    **{"task": "random", "case": "edge-case", "dataset": "standin-digits"},
    **{"edge_set": "standin-sevens", "model": {"name": "lenet", "width": 1.0}},
    **{"partition": {}, "poison": {}, "start": "trained"},
}


def typed(parameters):
    """The typed parameters of a cell, from the plain ones that the reference reads."""
    attack = parameters["attack"]
    keys = {key for name in attacks.names() for key in attacks.declared(name)}
    unread = keys - attacks.declared(attack).keys() | {"test_batch_size"}
    unread |= {"first_attack_round"} if attack == "none" else set()
    switches = {key: value for key, value in parameters["switches"].items() if key not in unread}
    own = {key: value for key, value in parameters.items() if key not in unread}
    return CellParameters.of(_REST | own | {"switches": switches})


def simulate_seed(model, start, population, tests, classes, parameters, seed, trainer=None):
    """The records of one seed, trained one client after the other unless `trainer` says so."""
    runs = [SeedRun(seed, population, tests)]
    cell = typed(parameters)
    trainer = trainer or Sequential(model)
    for found, record in simulate(trainer, start, runs, classes, cell, test_batch_size=7):
        assert found == seed
        yield record


@pytest.fixture
def parameters():
    """`parameters(attack=…, defense="rfa", switches={…}, …)`: a cell's parameters."""

    def make(defense="no-defense", switches=None, **changes):
        assert set(changes) <= set(PARAMETERS)
        return (
            PARAMETERS
            | changes
            | {
                "defense": {"name": defense, **DEFENSES[defense]},
                "switches": PARAMETERS["switches"] | (switches or {}),
            }
        )

    return make


@pytest.fixture
def classes():
    return Classes(count=10, source=7, target=1, raw=3)


@pytest.fixture
def make_world():
    """`make_world(shape)`: partition, poisoned set and both test sets, as arrays and as pairs."""

    def make(shape=(4, 4, 1), seed=0, sizes=SIZES):
        rng = np.random.default_rng(seed)

        def images(count):
            return rng.integers(0, 256, (count, *shape), dtype=np.uint8)

        total = sum(sizes) + 10
        x, y = images(total), rng.integers(0, 10, total)
        x_test, y_test = images(31), rng.integers(0, 10, 31)
        index = rng.permutation(total)[: sum(sizes)]
        partition = Partition(index, np.concatenate([[0], np.cumsum(sizes)]))
        poison = {
            "attacker_clean_index": rng.permutation(total)[:6],
            "attacker_edge_x": images(4),
            "attacker_edge_y": np.full(4, 1),
            "honest_edge_x": images(3),
            "honest_edge_y": np.full(3, 7),
            "honest_edge_client": np.array([1, 4, 1]),
            "test_x": images(9),
            "test_y": np.full(9, 1),
        }
        own = [partition.client(k).tolist() for k in range(len(sizes))]
        pairs = {
            "own": own,
            "honest": [
                [(x[i], y[i]) for i in own[k]]
                + [
                    (poison["honest_edge_x"][row], 7)
                    for row in range(3)
                    if poison["honest_edge_client"][row] == k
                ]
                for k in range(len(sizes))
            ],
            "attacker": [(x[i], y[i]) for i in poison["attacker_clean_index"]]
            + [(image, 1) for image in poison["attacker_edge_x"]],
            "num_attacker_clean": 6,
            "clean_test": list(zip(x_test, y_test, strict=True)),
            "backdoor_test": [(image, 1) for image in poison["test_x"]],
        }
        return SimpleNamespace(
            x=x, y=y, x_test=x_test, y_test=y_test,
            partition=partition, poison=poison, pairs=pairs, shape=shape,
        )  # fmt: skip

    return make


@pytest.fixture
def lay_out():
    """`lay_out(world, parameters)`: the population and the test sets, as a cell builds them."""

    def make(world, parameters, dtype=torch.float64):
        transforms = task_transforms(world.shape[2], parameters["switches"]["transforms"])
        (population,) = build_populations(
            ImageStore(torch.from_numpy(world.x), torch.from_numpy(world.y)),
            [world.partition],
            [world.poison],
            transforms,
            count_edge_samples=parameters["switches"]["edge_sample_weight"] == "corrected",
        )
        tests = build_tests(
            ImageStore(torch.from_numpy(world.x_test), torch.from_numpy(world.y_test)),
            world.poison,
            transforms,
            dtype,
        )
        return population, tests

    return make
