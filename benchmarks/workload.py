"""Build what is timed: one round of one seed of a task, with the numbers of its configuration."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from edgecase import attacks
from edgecase import config as configuration
from edgecase.attacks import LocalTraining, RoundView
from edgecase.base.errors import ConfigError, DataError
from edgecase.base.parameters import read
from edgecase.base.randomness import numpy_generator
from edgecase.datasets import DATASET_ARRAYS, DATASETS, EDGE_SETS, load_npz
from edgecase.federation.parameters import CellParameters
from edgecase.federation.simulate import participants_of
from edgecase.plan.sizes import EDGE_IMAGES, image_counts
from edgecase.population import poison
from edgecase.population.participation import Participants
from edgecase.population.partition import Partition, partition, read_parameters
from edgecase.population.poison import PoisonedData
from edgecase.results.cells import Cell

#: the round of fixed-freq-10 that is timed: the first, in which an attacker takes part.
ROUND = 1

#: the tasks besides those of config/config.yaml, of the peers' own benchmarks; nobody attacks.
_UNATTACKED = [
    Path(__file__).with_name(name) for name in ("pfl-cifar10.yaml", "blazefl-cifar10.yaml")
]

#: images tested at once.
TEST_BATCH_SIZE = 1000

#: how many samples a warm-up tests.
_FEW_TESTS = 1000


@dataclass(frozen=True)
class Part:
    """One participant of the round: its id, whether it attacks, its samples and its training."""

    client: int
    attacks: bool
    size: int
    training: LocalTraining

    @property
    def steps(self) -> int:
        """SGD steps; the last batch of an epoch may be short."""
        return self.training.epochs * math.ceil(self.size / self.training.batch_size)


@dataclass(frozen=True)
class Workload:
    """The data and the clients of a round.

    `parameters` are a cell's resolved ones, `arrays` those of a prepared data set (uint8 images
    [N, H, W, C]), `clients` and `poisoned` what the files of partition and poisoned set hold. All
    seeds of a measurement share them, so that a seed-round is the same work everywhere; batch
    order, augmentation and dropout are each seed's own.
    """

    parameters: CellParameters
    arrays: Mapping[str, np.ndarray]
    clients: Partition
    poisoned: PoisonedData
    participants: Participants

    @property
    def parts(self) -> list[Part]:
        """The participants, in order."""
        honest = self.parameters.honest_training(ROUND)
        return [
            Part(client, True, self._attacker_size, self._malicious(honest))
            if attacks_now
            else Part(client, False, len(self.clients.client(client)), honest)
            for client, attacks_now in self.participants
        ]

    @property
    def steps(self) -> int:
        """SGD steps of the round."""
        return sum(part.steps for part in self.parts)

    @property
    def samples(self) -> int:
        """Samples of all these steps together."""
        return sum(part.training.epochs * part.size for part in self.parts)

    def beginning(self) -> "Workload":
        """The round cut to its first two participants and one batch of tests, to warm up with."""
        participants = replace(self.participants, ids=self.participants.ids[:2])
        few = {name: self.arrays[name][:_FEW_TESTS] for name in ("x_test", "y_test")}
        return replace(self, participants=participants, arrays={**self.arrays, **few})

    @property
    def _attacker_size(self) -> int:
        return len(self.poisoned["attacker_clean_index"]) + len(self.poisoned["attacker_edge_y"])

    def _malicious(self, honest: LocalTraining) -> LocalTraining:
        view = RoundView(
            ROUND, honest, self.parameters.decay_in(ROUND), self.parameters.defense.name
        )
        return self.parameters.attack.training(view)


def resolve(task: str, *, attacked: bool, precision: str, quick: bool = False) -> dict:
    """The parameters of a cell of `task` without a defense, with or without a black-box attacker.

    `quick` keeps the task's kind and leaves next to nothing of its size. Raises `ConfigError` for a
    task that neither config/config.yaml nor a configuration of this folder has.
    """
    config = _configuration(task) | {"precision": precision}
    attack = "blackbox" if attacked else attacks.NO_ATTACK
    cell = Cell(task, "fixed-freq-10", "edge-case", attack, "no-defense")
    parameters = configuration.resolve_cell(config, cell)
    return _shrunk(parameters) if quick else parameters


def attacked_or_not(task: str) -> tuple[bool, ...]:
    """Whether the rounds of `task` to time have an attacker: both, where anybody attacks at all."""
    grid = _configuration(task)["grid"]
    attacked = any(attack != attacks.NO_ATTACK for part in grid for attack in part["attacks"])
    return (False, True) if attacked else (False,)


def build(parameters: Mapping, data: Path | None = None) -> Workload:
    """The round of seed 0, from the prepared files in the folder `data`, or from random images.

    How long a round takes does not depend on what the images show.
    """
    edge_set = EDGE_SETS[parameters["edge_set"]]
    if data is None:
        arrays = _random_arrays(parameters)
        edge = random_edge(parameters["dataset"], parameters["edge_set"])
    else:
        arrays = load_npz(data / f"{parameters['dataset']}.npz", DATASET_ARRAYS)
        edge = load_npz(data / f"{edge_set.name}.npz", edge_set.arrays)
    if (tested := parameters.get("test_samples")) is not None:
        arrays |= {name: arrays[name][:tested] for name in ("x_test", "y_test")}
    typed = CellParameters.of(parameters)
    clients = partition(
        arrays["y_train"],
        typed.num_clients,
        read_parameters(typed.partition),
        numpy_generator(0, "partition"),
        edge_set.excluded,
    )
    poisoned = poison.build(
        read(poison.FAMILIES[edge_set.name], typed.poison),
        edge,
        edge_set.source_class,
        edge_set.target_class,
        len(arrays["y_train"]),
        typed.case,
        typed.num_clients,
        numpy_generator(0, "poison"),
        edge_set.excluded,
    )
    return Workload(typed, arrays, clients, poisoned, participants_of(typed, ROUND, 0))


def check_files(parameters: Mapping, data: Path) -> None:
    """Raise `DataError` if a prepared file of the task is not in the folder `data`."""
    for name in (parameters["dataset"], parameters["edge_set"]):
        if not (data / f"{name}.npz").is_file():
            raise DataError(f"{data / name}.npz: is missing; `snakemake` prepares it")


def _configuration(task: str) -> dict:
    known: dict[str, None] = {}
    for load in (configuration.load, *(partial(configuration.load, own) for own in _UNATTACKED)):
        config = load()
        if task in config["tasks"]:
            return config
        known |= dict.fromkeys(config["tasks"])
    raise ConfigError(f"task: '{task}' is unknown; allowed: {', '.join(known)}")


def _shrunk(parameters: Mapping) -> dict:
    least = {"min_samples": 3} if parameters["partition"]["kind"] == "dirichlet" else {}
    epochs = {"attacker_epochs": 1} if "attacker_epochs" in parameters else {}
    return (
        parameters
        | epochs
        | {
            "model": parameters["model"] | {"width": 1 / 16},
            "num_clients": 8,
            "clients_per_round": 4,
            "local_epochs": 2,
            "batch_size": 8,
            "test_samples": 40,
            "partition": parameters["partition"] | {"num_samples": 96} | least,
            "poison": parameters["poison"] | {"clean": 10},
        }
    )


def _random_arrays(parameters: Mapping) -> dict[str, np.ndarray]:
    """As many images as the task uses."""
    dataset = DATASETS[parameters["dataset"]]
    train, test = image_counts(dataset.name)
    held = parameters["partition"].get("num_samples")
    tested = parameters.get("test_samples")
    sizes = {"train": train if held is None else held, "test": tested or test}
    generator = np.random.default_rng(0)
    arrays = {}
    for part, size in sizes.items():
        arrays[f"x_{part}"] = generator.integers(0, 256, (size, *dataset.shape), dtype=np.uint8)
        arrays[f"y_{part}"] = generator.integers(0, dataset.num_classes, size)
    return arrays


def random_edge(dataset: str, edge_set_name: str) -> dict[str, np.ndarray]:
    """As many edge-case images as the edge set has; labelled ones are all of its source class."""
    shape, edge_set = DATASETS[dataset].shape, EDGE_SETS[edge_set_name]
    generator = np.random.default_rng(1)
    arrays = {}
    for name, count in EDGE_IMAGES[edge_set.name].items():
        arrays[name] = generator.integers(0, 256, (count, *shape), dtype=np.uint8)
        if name.startswith("x_"):
            arrays[name.replace("x_", "y_")] = np.full(count, edge_set.source_class)
    return arrays
