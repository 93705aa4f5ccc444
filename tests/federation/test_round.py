"""One round: FedAvg weights, model replacement, and the switches that concern the server."""

import dataclasses
import math

import pytest
import torch
from torch import nn

from edgecase import defenses
from edgecase.attacks import LocalTraining, Proximal
from edgecase.base.errors import SimulationError
from edgecase.federation import round as rounds
from edgecase.federation.flat import FlatModel
from edgecase.federation.local import Stream, train_locally
from edgecase.federation.round import (
    Cohort,
    Updates,
    defend,
    honest_training,
    train_participants,
)
from edgecase.federation.trainer import BACKENDS, Sequential, build_trainer
from edgecase.population.participation import Participants

HONEST = Participants((4, 0, 6, 2, 7), frozenset())
ATTACKED = Participants((-1, 4, 0, 6, 2), frozenset({-1}))
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
        (received,) = train_participants(Sequential(model), [cohort], cell, 1)
        return received, population

    return train


def test_learning_rate_of_a_round(parameters):
    assert honest_training(parameters(gamma=0.998, lr=0.02), 1).lr == 0.02
    training = honest_training(parameters(gamma=0.998, lr=0.02, local_epochs=5), 301)
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
    weights = defenses.aggregate("no-defense", updates, counts).weights
    assert weights[0].item() == pytest.approx(500 / 2750)


def test_replacement_scales_only_the_attacker(setting, parameters, start):
    plain, _ = setting(ATTACKED, parameters(attack="blackbox"), start)
    scaled, _ = setting(ATTACKED, parameters(attack="blackbox-replacement"), start)
    assert torch.equal(scaled.updates[1:], plain.updates[1:])
    torch.testing.assert_close(scaled.updates[0], plain.updates[0] * 28 / 10)


def test_replacement_makes_the_attackers_model_the_global_one(setting, parameters, start):
    """With FedAvg and honest updates of 0."""
    plain, _ = setting(ATTACKED, parameters(attack="pgd"), start)
    cell = parameters(attack="pgd-replacement")
    received, population = setting(ATTACKED, cell, start)
    received.updates[1:] = 0
    result = defend(received, ATTACKED, population, cell, 1, 0)
    torch.testing.assert_close(start + result.update, start + plain.updates[0], rtol=0, atol=1e-14)


@pytest.mark.parametrize(("switch", "sum_of_shares"), [("published", 2.0), ("corrected", 1.0)])
def test_attackers_of_a_pool_share_the_factor_only_if_corrected(
    switch, sum_of_shares, setting, parameters, start
):
    plain, _ = setting(POOL, parameters(attack="blackbox"), start)
    cell = parameters(attack="blackbox-replacement", switches={"pool_assumptions": switch})
    received, population = setting(POOL, cell, start)
    received.updates[[0, 2, 4]] = 0
    result = defend(received, POOL, population, cell, 1, 0)
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
        trainer = build_trainer(backend, model, (4, 4, 1), 4, 2**30)
        cohort = Cohort(0, start, population, ATTACKED)
        (received,) = train_participants(trainer, [cohort], cell, 1)
        torch.testing.assert_close(received.updates[0], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("participants", "participation", "shifted"),
    [
        (HONEST, "fixed-freq-2", True),
        (ATTACKED, "fixed-freq-2", False),
        (HONEST, "fixed-pool-2", False),
        (POOL, "fixed-pool-2", False),
    ],
)
def test_multi_krum_counts(participants, participation, shifted, lay_out, make_world, parameters):
    """Published: the attacker's count stands first and every other moves by one client, in
    fixed-freq rounds without an attacker (PAPER §4, item 4)."""
    generator = torch.Generator().manual_seed(1)
    updates = torch.randn(5, 20, generator=generator, dtype=torch.float64)
    counts = torch.tensor([4.0, 3.0, 5.0, 6.0, 8.0], dtype=torch.float64)
    received = Updates(updates, counts)
    results = {}
    for switch in ("corrected", "published"):
        cell = parameters(
            "multi-krum",
            attack="blackbox",
            participation=participation,
            switches={"multi_krum_counts": switch},
        )
        population, _ = lay_out(make_world(), cell)
        results[switch] = defend(received, participants, population, cell, 1, 0)
    accepted = results["corrected"].weights > 0
    assert accepted.sum() == 4
    assert torch.equal(results["published"].weights > 0, accepted)
    used = {
        "corrected": counts,
        "published": torch.tensor([10.0, 4, 3, 5, 6], dtype=torch.float64) if shifted else counts,
    }
    for switch, result in results.items():
        expected = used[switch] * accepted
        torch.testing.assert_close(result.weights, expected / expected.sum())
    assert counts.tolist() == [4, 3, 5, 6, 8], "the counts as received are kept"


@pytest.mark.parametrize("defense", ["no-defense", "krum", "rfa"])
def test_the_switch_of_multi_krum_concerns_no_other_defense(
    defense, lay_out, make_world, parameters
):
    updates = torch.randn(5, 20, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    received = Updates(updates, torch.tensor([4.0, 3.0, 5.0, 6.0, 8.0], dtype=torch.float64))
    weights = []
    for switch in ("corrected", "published"):
        cell = parameters(defense, switches={"multi_krum_counts": switch})
        population, _ = lay_out(make_world(), cell)
        weights.append(defend(received, HONEST, population, cell, 1, 0).weights)
    assert torch.equal(*weights)


def test_noise_follows_seed_and_round(lay_out, make_world, parameters):
    cell = parameters("weak-dp")
    population, _ = lay_out(make_world(), cell)
    received = Updates(torch.ones(5, 30), torch.ones(5, dtype=torch.float64))
    noise = {
        (round, seed): defend(received, HONEST, population, cell, round, seed).noise
        for round in (1, 2)
        for seed in (0, 1)
    }
    drawn = list(noise.values())
    assert not any(torch.equal(drawn[i], drawn[j]) for i in range(4) for j in range(i))
    again = defend(received, HONEST, population, cell, 1, 0).noise
    assert torch.equal(again, noise[1, 0])


def test_an_aggregate_that_breaks_its_promise_stops_the_round(
    lay_out, make_world, parameters, monkeypatch
):
    """A defense that never ran is noticed."""
    cell = parameters("norm-clipping")
    population, _ = lay_out(make_world(), cell)
    received = Updates(torch.ones(5, 30), torch.ones(5, dtype=torch.float64))
    undefended = defenses.aggregate("no-defense", received.updates, received.num_samples)
    undefended = dataclasses.replace(undefended, noise=None)
    monkeypatch.setattr(rounds.defenses, "aggregate", lambda *a, **k: undefended)
    with pytest.raises(SimulationError, match="norm-clipping"):
        defend(received, HONEST, population, cell, 1, 0)


@pytest.mark.parametrize(
    ("defense", "spoil", "message"),
    [
        ("no-defense", {"weights": 0.0}, r"rows \[1\] have weight 0.*"),
        ("no-defense", {"weights": -0.5}, "the lowest weight is -0.5; allowed: >= 0"),
        ("no-defense", {"clip_factors": 0.5}, r"rows \[1\] are scaled; .*"),
        ("rfa", {"clip_factors": 1.5}, "clip factors span 1 to 1.5; allowed: 0 to 1"),
        ("norm-clipping", {"clip_factors": 0.0}, r"with norm bound 0.3, clipping took .*"),
    ],
)
def test_a_broken_promise_names_the_client_behind_the_row(
    setting, parameters, start, monkeypatch, defense, spoil, message
):
    """The first participant has diverged and is left out: row 1 of the rest is the third, 0."""
    cell = parameters(defense, attack="blackbox", diverged_clients="leave-out")
    received, population = setting(ATTACKED, cell, start)
    received.updates[0] = math.nan
    honest = defenses.aggregate

    def sabotaged(name, updates, *counts, **options):
        result = honest(name, updates, *counts, **options)
        ((field, value),) = spoil.items()
        values = getattr(result, field).clone()
        values[1] = value
        if field == "weights":
            values[0] += 1 - values.sum()
        result = dataclasses.replace(result, **{field: values})
        update = (result.weights * result.clip_factors) @ updates.double()
        return dataclasses.replace(result, update=update.to(updates.dtype))

    monkeypatch.setattr(rounds.defenses, "aggregate", sabotaged)
    told = rf"^defense {defense}: {message}; clients: 0 \(row 1\)$"
    with pytest.raises(SimulationError, match=told):
        defend(received, ATTACKED, population, cell, 1, 0)


def diverged(setting, parameters, start, defense, lost, mode="leave-out"):
    """The aggregate when the rows `lost` hold NaN or infinity, and the round without them."""
    cell = parameters(defense, attack="blackbox", diverged_clients=mode)
    received, population = setting(ATTACKED, cell, start)
    kept = [row for row in range(5) if row not in lost]
    rest = Updates(received.updates[kept].clone(), received.num_samples[kept])
    for row, value in zip(lost, (math.nan, math.inf, -math.inf, math.nan, 1e200), strict=False):
        received.updates[row, 3] = value
    return defend(received, ATTACKED, population, cell, 1, 0), rest


@pytest.mark.parametrize("defense", ["no-defense", "norm-clipping", "rfa"])
def test_a_diverged_client_that_is_left_out_changes_nothing(setting, parameters, start, defense):
    result, rest = diverged(setting, parameters, start, defense, [0, 3])
    options = {} if defense != "norm-clipping" else {"norm_bound": 0.3}
    alone = defenses.aggregate(defense, rest.updates, rest.num_samples, **options)
    assert torch.equal(result.update, alone.update)
    assert result.weights[[0, 3]].tolist() == [0, 0]
    assert torch.equal(result.weights[[1, 2, 4]], alone.weights)
    assert torch.equal(result.clip_factors[[1, 2, 4]], alone.clip_factors)


@pytest.mark.parametrize(
    ("defense", "lost"),
    [("no-defense", [0, 1, 2, 3, 4]), ("krum", [2]), ("weak-dp", [0, 1, 2, 3, 4])],
)
def test_too_few_clients_leave_the_global_model_alone(setting, parameters, start, defense, lost):
    """Krum with f = 1 needs 5 clients, an average one; and there is no noise without an average."""
    result, _ = diverged(setting, parameters, start, defense, lost)
    assert not result.update.any()
    assert result.weights.tolist() == [0] * 5
    assert result.noise is None


def test_a_diverged_client_stops_the_run_by_name(setting, parameters, start):
    with pytest.raises(SimulationError, match=r"clients -1, 6 hold NaN or infinity"):
        diverged(setting, parameters, start, "no-defense", [0, 3], mode="stop")
