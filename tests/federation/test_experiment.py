"""A whole cell, from arrays to its rounds; an attack that sees the server's last step."""

from dataclasses import dataclass, replace
from typing import ClassVar

import pytest
import torch
from tests.federation.conftest import simulate_seed, typed

from edgecase.attacks import Attack, Part
from edgecase.federation.clients import build_populations, build_tests
from edgecase.federation.experiment import Execution, Experiment

SEEDS = (3, 5)


@dataclass(frozen=True)
class Watching(Part):
    """Train as honest clients do, send the last aggregate, and keep what was seen."""

    sees_last_aggregate: ClassVar[bool] = True
    seen: ClassVar[list] = []

    def craft(self, update, cohort, view):
        self.seen.append((view.round, view.last_aggregate))
        return update if view.last_aggregate is None else view.last_aggregate.clone()


@pytest.fixture
def experiment(make_world):
    """`experiment(cell)`: an experiment of two seeds on one random data set."""
    world = make_world((28, 28, 1))

    def make(cell, backend="sequential"):
        arrays = {"x_train": world.x, "y_train": world.y}
        arrays |= {"x_test": world.x_test, "y_test": world.y_test}
        execution = Execution(torch.device("cpu"), backend, test_batch_size=7)
        return world, Experiment(
            replace(typed(cell), model=replace(typed(cell).model, width=1 / 16)),
            arrays,
            dict.fromkeys(SEEDS, world.partition),
            dict.fromkeys(SEEDS, world.poison),
            execution,
        )

    return make


def rows_of(experiment, folder, rounds):
    """The rows of every seed, from a session whose states are in `folder`, and it once done."""
    files = {seed: (folder / f"seed{seed}.safetensors", "this run") for seed in SEEDS}
    session = experiment.session(files, pytest.fail)
    experiment.run(session, 0, lambda seed, record: None)
    assert all(session.is_done(seed, rounds) for seed in SEEDS)
    return {seed: [values for values, _ in session.states[seed].reached] for seed in SEEDS}


def test_an_experiment_is_the_simulation_of_its_parts(experiment, parameters, tmp_path, classes):
    cell = parameters("multi-krum", attack="pgd-replacement", rounds=2)
    world, whole = experiment(cell)
    found = rows_of(whole, tmp_path, 2)
    data = whole.data
    (population,) = build_populations(
        *(data.train, [world.partition], [world.poison], data.transforms),
        count_edge_samples=False,
    )
    tests = build_tests(data.test, world.poison, data.transforms, torch.float32)
    _, fresh = experiment(cell)
    for seed in SEEDS:
        start = fresh.model.parameters.clone()
        model = fresh.model
        records = simulate_seed(model, start, population, tests, classes, cell, seed)
        expected = [record.values for record in records]
        model.parameters.copy_(start)
        assert [row["wg_norm"] for row in found[seed]] == [row["wg_norm"] for row in expected]
        assert [row["client_ids"] for row in found[seed]] == [row["client_ids"] for row in expected]
    attacker, honest = 10, [len(world.partition.client(k)) for k in range(8)]
    mean = sum(honest) / len(honest)
    assert whole.attacker_share() == pytest.approx(attacker / (attacker + 4 * mean))


@pytest.mark.parametrize(("asked", "largest"), [(4, 4), (1000, 16)])
def test_memory_is_for_the_largest_batch_that_occurs(asked, largest, experiment, parameters):
    """Client 1 holds 14 samples of its own and two edge samples; nobody holds more."""
    _, whole = experiment(parameters() | {"batch_size": asked})
    assert whole.work.batch_size == largest


def test_an_attack_sees_the_last_aggregate_also_after_an_interruption(
    experiment, parameters, tmp_path
):
    def watched(rounds, folder):
        _, found = experiment(
            parameters(attack="blackbox", participation="fixed-freq-1", rounds=rounds)
        )
        found.parameters = replace(found.parameters, attack=Attack("watching", (Watching(),)))
        Watching.seen.clear()
        return rows_of(found, folder, rounds), list(Watching.seen)

    whole, seen = watched(3, tmp_path / "whole")
    assert [(round, last is None) for round, last in seen] == [
        *((1, True), (2, False), (3, False)),
        *((1, True), (2, False), (3, False)),
    ]
    # The attacker sends what it has seen: its norm is that of the server's step before.
    for rows in whole.values():
        assert rows[2]["adv_norm_diff"] > 0
    steps = [float(last.norm()) for _, last in seen[1:3]]
    assert [row["adv_norm_diff"] for row in whole[SEEDS[0]][2:]] == pytest.approx(steps)

    class Killed(BaseException):
        pass

    _, broken = experiment(parameters(attack="blackbox", participation="fixed-freq-1", rounds=3))
    broken.parameters = replace(broken.parameters, attack=Attack("watching", (Watching(),)))
    files = {seed: (tmp_path / f"broken{seed}", "this run") for seed in SEEDS}

    def kill(seed, record):
        if record.values["fl_iter"] == 2:
            raise Killed

    with pytest.raises(Killed):
        broken.run(broken.session(files, pytest.fail), 0, kill)
    session = broken.session(files, pytest.fail)
    broken.run(session, 0, lambda seed, record: None)
    again = {seed: [values for values, _ in session.states[seed].reached] for seed in SEEDS}
    assert again == whole
