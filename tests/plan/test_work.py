"""The work of a cell, against a simulation whose trainings and evaluations are only counted."""

import copy
import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from edgecase import config as configuration
from edgecase.base.parameters import read
from edgecase.datasets import DATASETS, EDGE_SETS
from edgecase.datasets.standin_planes import livery
from edgecase.datasets.standin_sevens import sevens
from edgecase.federation import simulate as simulation
from edgecase.federation.clients import build_populations, build_tests
from edgecase.federation.evaluate import Accuracy
from edgecase.federation.parameters import CellParameters
from edgecase.federation.simulate import Classes, SeedRun, participants_of, simulate
from edgecase.federation.stores import ImageStore
from edgecase.federation.trainer import Trained
from edgecase.federation.transforms import task_transforms
from edgecase.plan.sizes import image_counts
from edgecase.plan.work import Work, cell_work, jobs, parts
from edgecase.population import poison
from edgecase.population.partition import partition, read_parameters
from edgecase.results.cells import Cell, all_cells

CONFIG = Path(__file__).parents[2] / "config"
DEMO = configuration.load(CONFIG / "demo.yaml")


def with_task(name="standin-digits", **changes):
    config = copy.deepcopy(DEMO)
    config["tasks"][name] |= changes
    return config


def count(parameters, seed, monkeypatch):
    """The work of one seed, from the simulator's own loop with a training that only counts."""
    found = {"trainings": 0, "steps": 0, "samples": 0, "evaluated": 0}

    class Counting:
        stacks = True
        workers = None
        model = SimpleNamespace(
            names=[],
            device=torch.device("cpu"),
            dtype=torch.float32,
            module=torch.nn.Identity(),
            last_layer=None,
            statistics=(),
        )

        def train(self, store, jobs, autocast):
            for job in jobs:
                size = len(job.samples.index)
                epochs, batch_size = job.training.epochs, job.training.batch_size
                found["trainings"] += 1
                found["steps"] += epochs * len(range(0, size, batch_size))
                found["samples"] += epochs * size
            starts = torch.stack([job.start for job in jobs])
            return Trained(starts, starts[:, :0])

    def evaluate(model, current, tests, **options):
        found["evaluated"] += len(tests.inputs)
        return Accuracy(0.0, 0.0, dict.fromkeys(range(10), 0.0))

    monkeypatch.setattr(simulation, "evaluate", evaluate)
    for _ in simulate(
        Counting(),
        torch.zeros(3),
        [SeedRun(seed, *world(parameters, seed))],
        Classes(10, 7, 1, 7),
        parameters,
        test_batch_size=1000,
    ):
        pass
    return Work(**found)


def typed_cell(config, cell):
    return CellParameters.of(configuration.resolve_cell(config, cell))


def world(parameters, seed):
    """Population and test sets of black images, with the real partition and poisoned set."""
    generator = np.random.default_rng(seed)
    shape = DATASETS[parameters.dataset].shape
    train, test = image_counts(parameters.dataset)
    edge_set = EDGE_SETS[parameters.edge_set]
    labels = np.arange(train) % 10
    held = read_parameters(parameters.partition)
    clients = partition(labels, parameters.num_clients, held, generator)
    poisoned = poison.build(
        read(poison.FAMILIES[edge_set.name], parameters.poison),
        {"standin-livery": livery, "standin-sevens": sevens}[edge_set.name](),
        edge_set.source_class,
        edge_set.target_class,
        train,
        parameters.case,
        parameters.num_clients,
        generator,
    )
    test = parameters.test_samples or test
    transforms = task_transforms(shape[2], "published")

    def black(size):
        return torch.zeros((size, *shape), dtype=torch.uint8)

    (population,) = build_populations(
        *(ImageStore(black(train), torch.from_numpy(labels)), [clients], [poisoned], transforms),
        count_edge_samples=False,
    )
    tests = build_tests(
        *(ImageStore(black(test), torch.zeros(test, dtype=torch.int64)), poisoned, transforms),
        torch.float32,
    )
    return population, tests


@pytest.mark.parametrize(
    ("attack", "participation", "changes"),
    [
        ("none", "fixed-freq-5", {}),
        ("blackbox", "fixed-freq-5", {}),
        ("blackbox", "fixed-freq-4", {"first_attack_round": 3, "test_samples": 100}),
        ("pgd-replacement", "fixed-freq-3", {"attacker_epochs": 5, "batch_size": 8}),
        ("pgd-prox", "fixed-freq-1", {"attacker_epochs": 1, "local_epochs": 3}),
        ("blackbox", "fixed-pool-20", {}),
    ],
)
def test_a_fixed_schedule_is_counted_exactly(attack, participation, changes, monkeypatch):
    config = with_task(**changes, partition={"kind": "iid", "num_samples": 600})
    cell = Cell("standin-digits", participation, "edge-case", attack, "no-defense")
    parameters = typed_cell(config, cell)
    assert cell_work(parameters) == count(parameters, 0, monkeypatch)


@pytest.mark.parametrize("every", [1, 2, 5, 7, 15, 16, 40])
def test_evaluations_are_counted_exactly(every):
    """The starting model, every so-many-th of 15 rounds and the last one: 300 clean, 60 edge."""
    config = with_task(evaluate_every=every, rounds=15, test_samples=300)
    cell = Cell("standin-digits", "fixed-freq-5", "edge-case", "none", "no-defense")
    rounds = {t for t in range(16) if t % every == 0} | {15}
    assert cell_work(typed_cell(config, cell)).evaluated == 360 * len(rounds)


def test_a_seated_client_with_unusual_data(monkeypatch):
    config = with_task(
        "standin-planes",
        seated_client=0,
        switches={"p_study": "matched"},
        partition={"kind": "iid", "num_samples": 600},
        poison={"edge": 12, "clean": 38, "unusual_photos": 3},
    )
    cell = Cell("standin-planes", "fixed-freq-5", "edge-case", "blackbox", "no-defense")
    parameters = typed_cell(config, cell)
    assert cell_work(parameters) == count(parameters, 0, monkeypatch)


@pytest.mark.parametrize("case", ["almost-edge-case", "normal-case"])
def test_holders_of_edge_data_are_met_at_random(case, monkeypatch):
    config = with_task(
        rounds=200, partition={"kind": "iid", "num_samples": 600}, poison={"fraction": 0.1}
    )
    cell = Cell("standin-digits", "fixed-freq-5", case, "blackbox", "no-defense")
    parameters = typed_cell(config, cell)
    expected, found = cell_work(parameters), count(parameters, 0, monkeypatch)
    assert (expected.trainings, expected.evaluated) == (found.trainings, found.evaluated)
    assert expected.samples == pytest.approx(found.samples, rel=0.05)
    without = typed_cell(
        config, Cell("standin-digits", "fixed-freq-5", "edge-case", "blackbox", "no-defense")
    )
    assert expected.samples > cell_work(without).samples


@pytest.mark.parametrize("seated", [None, 2])
def test_a_pools_attackers_are_expected(seated):
    config = with_task(rounds=50, first_attack_round=11, seated_client=seated, prox_coefficient=1.0)
    prox, plain = (
        typed_cell(
            config, Cell("standin-digits", "fixed-pool-4", "edge-case", attack, "no-defense")
        )
        for attack in ("blackbox-prox", "blackbox")
    )
    found = np.mean(
        [
            len(participants_of(prox, round, seed).attackers)
            for seed in range(40)
            for round in range(1, 51)
        ]
    )
    anchors = cell_work(prox).trainings - cell_work(plain).trainings
    assert cell_work(plain).trainings == 50 * 5
    assert anchors == pytest.approx(50 * found, rel=0.05)


@pytest.mark.parametrize(
    ("samples", "clients", "batch"), [(50_000, 200, 32), (14_200, 200, 32), (600, 20, 32)]
)
def test_steps_of_a_dirichlet_partition(samples, clients, batch):
    sizes = [
        np.diff(
            partition(
                np.arange(samples) % 10,
                clients,
                read_parameters({"min_samples": 5, "num_samples": samples}),
                np.random.default_rng(seed),
            ).offsets
        )
        for seed in range(5)
    ]
    dataset = "cifar10" if samples == 50_000 else "mnist"
    config = with_task(num_clients=clients, batch_size=batch, local_epochs=1, rounds=1)
    config["tasks"]["standin-digits"] |= {"dataset": dataset}
    config["tasks"]["standin-digits"]["partition"] = {"num_samples": samples}
    parameters = typed_cell(
        config, Cell("standin-digits", "fixed-freq-5", "edge-case", "none", "no-defense")
    )
    work = cell_work(parameters)
    assert work.samples / work.trainings == pytest.approx(np.mean(sizes))
    steps = np.mean([math.ceil(size / batch) for size in np.concatenate(sizes)])
    assert work.steps / work.trainings == pytest.approx(steps, rel=0.1)


def test_a_root_set_is_trained_on_in_every_round():
    """20 samples in batches of 8 are 3 steps an epoch; 2 epochs in each of 15 rounds."""
    changes = {"rounds": 15, "local_epochs": 2, "batch_size": 8}
    config = with_task(**changes, defenses={"fltrust": {"root_samples": 20}})
    root, none = (
        cell_work(
            typed_cell(config, Cell("standin-digits", "fixed-freq-5", "edge-case", "none", rule))
        )
        for rule in ("fltrust", "no-defense")
    )
    assert root == none + Work(0, 15 * 2 * 3, 15 * 2 * 20, 0)
    config["tasks"]["standin-digits"]["defenses"]["fltrust"] |= {"root_epochs": 5}
    cell = Cell("standin-digits", "fixed-freq-5", "edge-case", "none", "fltrust")
    assert cell_work(typed_cell(config, cell)) == none + Work(0, 15 * 5 * 3, 15 * 5 * 20, 0)


def test_a_mark_is_trained_and_asked_for_in_every_other_round():
    """40 images in batches of 16 are 3 steps an epoch, 6 epochs in rounds 1, 3 and 5 of five; 5
    clients and the marked model see them, half of that in a round."""
    mark = {"ood_dataset": "mnist", "images": 40, "batch_size": 16, "epochs": 6, "every": 2}
    config = with_task(rounds=5, clients_per_round=5, defenses={"indicator": mark})
    marked, none = (
        cell_work(
            typed_cell(config, Cell("standin-digits", "fixed-freq-5", "edge-case", "none", rule))
        )
        for rule in ("indicator", "no-defense")
    )
    assert marked == none + Work(0, 3 * 6 * 3, 3 * 6 * 40, 5 * 40 * 6 / 2)


def test_inputs_that_a_rule_asks_the_model_about_are_evaluated():
    """DeepSight: 2 seeds of 30 inputs each through 5 models and the global one, in 4 rounds."""
    probes = {"probes": 30, "probe_seeds": 2}
    config = with_task(rounds=4, clients_per_round=5, defenses={"deepsight": probes})
    probed, none = (
        cell_work(
            typed_cell(config, Cell("standin-digits", "fixed-freq-5", "edge-case", "none", rule))
        )
        for rule in ("deepsight", "no-defense")
    )
    assert probed == none + Work(evaluated=4 * 2 * 30 * 6)


@pytest.mark.parametrize("key", ["rounds", "local_epochs", "clients_per_round"])
def test_more_is_more(key):
    few, many = (
        cell_work(
            typed_cell(
                with_task(**{key: value}),
                Cell("standin-digits", "fixed-freq-5", "edge-case", "blackbox", "no-defense"),
            )
        )
        for value in (4, 8)
    )
    assert many.samples > few.samples
    assert many.steps > few.steps


def test_seeds_multiply_cells_and_not_starting_models():
    short, config = DEMO | {"seeds": [0, 1]}, DEMO | {"seeds": [0, 1, 2, 3]}
    for two, four in zip(
        jobs(short, all_cells(short)), jobs(config, all_cells(config)), strict=True
    ):
        assert four.work == (two.work * 2 if two.is_cell else two.work)


def test_a_starting_model_is_one_training_on_its_samples():
    (start,) = [job for job in jobs(DEMO, all_cells(DEMO)[:1]) if not job.is_cell]
    task = DEMO["tasks"]["standin-planes"]
    recipe, test = task["pretrain"], task["test_samples"]
    train, _ = image_counts("standin-planes")
    steps = recipe["epochs"] * math.ceil(train / recipe["batch_size"])
    assert start.output == "pretrain/standin-planes/default.safetensors"
    assert start.work == Work(0, steps, recipe["epochs"] * train, test)


def test_an_override_of_the_model_has_its_own_starting_model():
    config = DEMO | {"overrides": {"wide": {"model": {"width": 0.25}}, "short": {"rounds": 2}}}
    cells = [
        Cell("standin-digits", "fixed-freq-5", "edge-case", "blackbox", "no-defense", override)
        for override in ("default", "wide", "short")
    ]
    starts = [job for job in jobs(config, cells) if not job.is_cell]
    assert [job.output for job in starts] == [
        "pretrain/standin-digits/default.safetensors",
        "pretrain/standin-digits/wide.safetensors",
    ]
    assert [job.setting.width for job in starts] == [0.125, 0.25]


def test_the_whole_is_the_union_of_the_parts():
    shared = parts(DEMO)
    union = {cell for cells in shared.values() for cell in cells}
    assert union == set(all_cells(DEMO))
    assert sum(len(cells) for cells in shared.values()) > len(union)
    whole = jobs(DEMO, all_cells(DEMO))
    assert len({job.output for job in whole}) == len(whole)
    apart = {job.output for cells in shared.values() for job in jobs(DEMO, cells)}
    assert apart == {job.output for job in whole}
