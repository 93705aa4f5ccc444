"""One round: FedAvg weights, model replacement, and the sample counts as published."""

import pytest
import torch
from tests.federation.conftest import typed
from torch import nn

from edgecase import defenses
from edgecase.attacks import LocalTraining, Proximal
from edgecase.federation.flat import FlatModel
from edgecase.federation.local import Stream, train_locally
from edgecase.federation.round import (
    Cohort,
    counts_as_published,
    train_participants,
)
from edgecase.federation.trainer import BACKENDS, Sequential, build_trainer
from edgecase.population.participation import Participants

HONEST = Participants((4, 0, 6, 2, 7), frozenset())
ATTACKED = Participants((-1, 4, 0, 6, 2), frozenset({-1}))
AVERAGE = defenses.rule("no-defense")
POOL = Participants((4, 0, 6, 2, 7), frozenset({0, 2}))


@pytest.fixture
def start():
    return torch.linspace(-0.2, 0.2, 170, dtype=torch.float64)


@pytest.fixture
def setting(make_world, lay_out):
    world = make_world()

    def train(participants, cell, start):
        population, _ = lay_out(world, cell)
        model = FlatModel(nn.Sequential(nn.Flatten(), nn.Linear(16, 10)), dtype=torch.float64)
        cohort = Cohort(0, start, population, participants)
        (received,) = train_participants(Sequential(model), [cohort], typed(cell), 1)
        return received, population

    return train


def test_learning_rate_of_a_round(parameters):
    assert typed(parameters(gamma=0.998, lr=0.02)).honest_training(1).lr == 0.02
    training = typed(parameters(gamma=0.998, lr=0.02, local_epochs=5)).honest_training(301)
    assert training == LocalTraining(5, 4, pytest.approx(0.02 * 0.998**300), 0.9, 0.01)


def test_sample_counts_of_a_round(setting, parameters, start):
    counts = setting(ATTACKED, parameters(attack="blackbox"), start)[0].num_samples
    assert counts.tolist() == [10, 4, 3, 5, 6]
    counts = setting(POOL, parameters(attack="blackbox"), start)[0].num_samples
    assert counts.tolist() == [4, 10, 5, 10, 8]


def test_the_attackers_share_of_a_task_1_round():
    """500 poisoned samples and nine clients of 250: 500 of 2,750."""
    updates = torch.eye(10, dtype=torch.float64)
    counts = torch.tensor([500.0] + [250.0] * 9, dtype=torch.float64)
    weights = defenses.run(AVERAGE, updates, counts).weights
    assert weights[0].item() == pytest.approx(500 / 2750)


def test_replacement_scales_only_the_attacker(setting, parameters, start):
    plain, _ = setting(ATTACKED, parameters(attack="blackbox"), start)
    scaled, _ = setting(ATTACKED, parameters(attack="blackbox-replacement"), start)
    assert torch.equal(scaled.updates[1:], plain.updates[1:])
    torch.testing.assert_close(scaled.updates[0], plain.updates[0] * 28 / 10)
    assert plain.trained_norms == scaled.trained_norms == pytest.approx((plain.norms[0],))
    assert setting(HONEST, parameters(attack="blackbox"), start)[0].trained_norms == ()


def test_replacement_makes_the_attackers_model_the_global_one(setting, parameters, start):
    """With FedAvg and honest updates of 0."""
    plain, _ = setting(ATTACKED, parameters(attack="pgd"), start)
    cell = parameters(attack="pgd-replacement")
    received, _ = setting(ATTACKED, cell, start)
    received.updates[1:] = 0
    result = defenses.run(AVERAGE, received.updates, received.num_samples)
    torch.testing.assert_close(start + result.update, start + plain.updates[0], rtol=0, atol=1e-14)


@pytest.mark.parametrize(("switch", "sum_of_shares"), [("published", 2.0), ("corrected", 1.0)])
def test_attackers_of_a_pool_share_the_factor_only_if_corrected(
    switch, sum_of_shares, setting, parameters, start
):
    plain, _ = setting(POOL, parameters(attack="blackbox"), start)
    cell = parameters(attack="blackbox-replacement", switches={"pool_assumptions": switch})
    received, _ = setting(POOL, cell, start)
    received.updates[[0, 2, 4]] = 0
    result = defenses.run(AVERAGE, received.updates, received.num_samples)
    mean = (plain.updates[1] + plain.updates[3]) / 2
    torch.testing.assert_close(result.update, sum_of_shares * mean, rtol=0, atol=1e-14)


def test_attackers_train_apart_on_the_same_samples(setting, parameters, start):
    received, _ = setting(POOL, parameters(attack="blackbox-prox"), start)
    assert not torch.equal(received.updates[1], received.updates[3])


def test_without_clean_samples_prox_stays_close_to_the_global_model(
    make_world, lay_out, parameters, start
):
    """`poison.clean: 0`: honest training on nothing gives the global model, on every back-end."""
    world, cell = make_world(), parameters(attack="blackbox-prox")
    world.poison["attacker_clean_index"] = world.poison["attacker_clean_index"][:0]
    population, _ = lay_out(world, cell)
    model = FlatModel(nn.Sequential(nn.Flatten(), nn.Linear(16, 10)), dtype=torch.float64)
    blackbox = LocalTraining(3, 4, cell["lr"], 0.9, 0.01, hooks=(Proximal(0.5),))
    train_locally(
        *(model, start, population.store, population.attacker, blackbox, Stream(0, 1, -1)),
        anchor=start,
    )
    expected = model.parameters - start
    for backend in BACKENDS:
        trainer = build_trainer(backend, model, population.store, 4, 2**30)
        cohort = Cohort(0, start, population, ATTACKED)
        (received,) = train_participants(trainer, [cohort], typed(cell), 1)
        torch.testing.assert_close(received.updates[0], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("defense", "participants", "changes", "shifted"),
    [
        ("multi-krum", HONEST, {}, True),
        ("multi-krum", ATTACKED, {}, False),
        ("multi-krum", HONEST, {"participation": "fixed-pool-2"}, False),
        ("multi-krum", HONEST, {"attack": "none"}, False),
        ("multi-krum", HONEST, {"switches": {"multi_krum_counts": "corrected"}}, False),
        ("krum", HONEST, {}, False),
    ],
)
def test_multi_krum_counts(
    defense, participants, changes, shifted, lay_out, make_world, parameters
):
    """Published: the attacker's count stands first and every other moves by one client, in
    fixed-freq rounds without an attacker (PAPER §4, item 4)."""
    counts = torch.tensor([4.0, 3.0, 5.0, 6.0, 8.0], dtype=torch.float64)
    published = {"attack": "blackbox", "switches": {"multi_krum_counts": "published"}}
    cell = parameters(defense, **published | changes)
    population, _ = lay_out(make_world(), cell)
    used = counts_as_published(counts, participants, population, typed(cell))
    assert used.tolist() == ([10, 4, 3, 5, 6] if shifted else [4, 3, 5, 6, 8])
    assert counts.tolist() == [4, 3, 5, 6, 8], "the counts as received are kept"
