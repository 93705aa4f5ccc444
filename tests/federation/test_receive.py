"""Clients that are trained, added up and let go one at a time leave the records of all at once."""

import math

import pytest
import torch
from tests.federation.conftest import typed
from torch import nn

from edgecase import defenses
from edgecase.federation import receive as receiving
from edgecase.federation import simulate as simulation
from edgecase.federation.flat import FlatModel
from edgecase.federation.round import Cohort, train_participants
from edgecase.federation.simulate import SeedRun, simulate
from edgecase.federation.trainer import Sequential
from edgecase.models.layers import BatchNorm2d
from edgecase.population.participation import Participants

RULES = [name for name in defenses.names() if defenses.rule_class(name).one_by_one]
POOL = {"attack": "blackbox-replacement-prox", "participation": "fixed-pool-3"}
SIX = {"attack": "pgd", "participation": "fixed-freq-2", "clients_per_round": 6}


class Watched(Sequential):
    """Counts the jobs of each call; of the clients `lost`, the parameters or buffers are NaN."""

    def __init__(self, model, lost=()):
        super().__init__(model)
        self.lost, self.calls = lost, []

    def train(self, store, jobs, autocast=None):
        trained = super().train(store, jobs, autocast)
        self.calls.append(len(jobs))
        for row, job in enumerate(jobs):
            if job.stream.client in self.lost:
                part = trained.buffers if job.stream.client % 2 else trained.parameters
                part[row, 0] = math.nan
        return trained


@pytest.fixture
def records(make_world, lay_out, parameters, classes):
    """`records(cell, lost)`: the records of three rounds of a normalised model, and its trainer."""
    world = make_world()

    def run(cell, lost=()):
        population, tests = lay_out(world, cell, torch.float32)
        torch.manual_seed(0)
        network = nn.Sequential(BatchNorm2d(1), nn.Flatten(), nn.Linear(16, 10))
        model = FlatModel(network)
        start, buffers = model.parameters.clone(), model.buffers.clone()
        trainer = Watched(model, lost)
        found = simulate(
            *(trainer, start, [SeedRun(3, population, tests)], classes, typed(cell), 7, buffers)
        )
        return [record for _, record in found], trainer

    return run


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(("changes", "lost"), [(POOL, ()), (SIX, ()), (POOL, (0, 2, 5, 7))])
def test_one_at_a_time_is_all_at_once(rule, changes, lost, records, parameters, monkeypatch):
    cell = parameters(rule, diverged_clients="leave-out", **changes)
    passed, trainer = records(cell, lost)
    assert max(trainer.calls) <= (3 if changes is POOL else 1)  # the attackers' anchors
    monkeypatch.setattr(simulation, "receive", train_participants)
    whole, _ = records(cell, lost)
    assert any(record.values["diverged_ids"] for record in whole) == bool(lost)
    assert any(record.values["attacker_accepted"] for record in whole)
    for ours, expected in zip(passed, whole, strict=True):
        assert ours.values == expected.values
        assert torch.equal(ours.parameters, expected.parameters)
        assert torch.equal(ours.carried.buffers, expected.carried.buffers)


@pytest.mark.parametrize("rule", RULES)
def test_a_round_in_which_everybody_diverges_leaves_the_model(rule, records, parameters):
    cell = parameters(rule, diverged_clients="leave-out")
    (start, *rounds), trainer = records(cell, lost=range(0, 8, 2))
    everybody = records(cell, lost=range(8))[0]
    assert len(rounds) == 3
    assert all(torch.equal(record.parameters, start.parameters) for record in everybody)
    assert [record.values["num_accepted"] for record in everybody[1:]] == [0, 0, 0]
    # Whoever is left trains a second time.
    accepted = [record.values["num_accepted"] for record in rounds]
    assert len(trainer.calls) == 3 * 5 + sum(accepted)


def test_other_rules_and_a_small_model_on_a_gpu_get_all_updates(
    make_world, lay_out, parameters, monkeypatch
):
    cell = parameters("krum")
    population, _ = lay_out(make_world(), cell, torch.float32)
    model = FlatModel(nn.Sequential(nn.Flatten(), nn.Linear(16, 10)))
    cohort = Cohort(0, model.parameters.clone(), population, Participants((4, 0), frozenset()))

    def kinds(rule):
        return [
            updates.updates.device.type
            for updates in receiving.receive(
                Sequential(model), [cohort], typed(parameters(rule)), 1
            )
        ]

    assert kinds("krum") == kinds("norm-clipping-adaptive") == ["cpu"]
    assert kinds("no-defense") == ["meta"]
    monkeypatch.setattr(FlatModel, "device", torch.device("cuda"))
    trained = []
    monkeypatch.setattr(receiving, "train_participants", lambda *_: trained.append(1))
    receiving.receive(Sequential(model), [cohort], typed(parameters("no-defense")), 1)
    assert trained
