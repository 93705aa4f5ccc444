"""Names, and what each part of a name changes in the attacker's training and in its update."""

import dataclasses

import pytest
import torch

from edgecase import attacks
from edgecase.attacks import Cohort, LocalTraining, RoundView
from edgecase.attacks.hooks import EarlyProjection, Projection, Proximal, Step
from edgecase.attacks.replacement import Replacement, replacement_factor
from edgecase.base.errors import ConfigError

HONEST = LocalTraining(epochs=2, batch_size=32, lr=0.017, momentum=0.9, weight_decay=1e-4)
VALUES = {
    "attacker_epochs": 6,
    "attacker_lr": 0.03,
    "eps": 1.5,
    "project_frequency": 10,
    "prox_coefficient": 0.7,
}


def view(round=1, defense="no-defense"):
    return RoundView(round, HONEST, 0.99 ** (round - 1), defense)


def training(name, round=1, defense="no-defense", **changes):
    return attacks.attack(name, VALUES | changes).training(view(round, defense))


def test_the_names_are_bases_with_options():
    options = ["", "-replacement", "-prox", "-replacement-prox"]
    assert attacks.names() == ["none"] + [
        base + option for base in ("blackbox", "oneshot", "pgd") for option in options
    ]


def test_every_name_splits_into_its_parts():
    assert attacks.split_name("pgd") == ("pgd", ())
    assert attacks.split_name("blackbox-replacement-prox") == ("blackbox", ("replacement", "prox"))


@pytest.mark.parametrize("name", ["PGD", "", "pgd-", "prox", "pgd-prox-replacement", None])
def test_any_other_name_is_an_error_that_lists_the_allowed_ones(name):
    with pytest.raises(ConfigError) as error:
        attacks.attack(name, VALUES)
    assert f"attack: {name!r} is unknown" in str(error.value)
    assert all(allowed in str(error.value) for allowed in attacks.names())


def test_without_an_attack_nobody_attacks():
    assert attacks.attack("none", {}) is None
    with pytest.raises(ConfigError, match="'none' has no attacker"):
        attacks.split_name("none")


def test_blackbox_is_honest_training_for_the_attackers_epochs():
    assert training("blackbox", round=9) == dataclasses.replace(HONEST, epochs=6)


@pytest.mark.parametrize("rule", ["published", "always", "never"])
def test_pgd_radius_and_learning_rate(rule):
    decay = 0.99**50
    for defense in ("no-defense", "norm-clipping", "weak-dp", "krum", "multi-krum", "rfa"):
        decays = {"published": defense in ("krum", "multi-krum"), "always": True, "never": False}[
            rule
        ]
        result = training("pgd", 51, defense, radius_decay=rule)
        assert result.lr == pytest.approx(0.03 * decay)
        assert result.hooks == (Projection(pytest.approx(1.5 * (decay if decays else 1)), 10),)
        assert (result.epochs, result.batch_size) == (6, 32)
        assert (result.momentum, result.weight_decay) == (0.9, 1e-4)


@pytest.mark.parametrize("base", ["blackbox", "pgd"])
def test_options_change_one_thing_each(base):
    plain = training(base, 4)
    assert training(f"{base}-replacement", 4) == plain
    anchored = dataclasses.replace(plain, hooks=(*plain.hooks, Proximal(0.7)))
    assert training(f"{base}-prox", 4) == anchored
    assert training(f"{base}-replacement-prox", 4) == anchored
    assert attacks.attack(f"{base}-prox", VALUES).trains_reference
    assert not attacks.attack(f"{base}-replacement", VALUES).trains_reference


def test_a_parameter_that_is_missing_is_named():
    with pytest.raises(ConfigError) as error:
        attacks.attack("pgd-prox", {"attacker_epochs": 2, "attacker_lr": 0.1, "eps": 1.0})
    assert "project_frequency: is missing" in str(error.value)


def test_the_radius_has_another_key_with_replacement():
    assert attacks.task_keys("pgd")["eps"] == "eps"
    assert attacks.task_keys("pgd-replacement")["eps"] == "eps_replacement"
    assert attacks.task_keys("pgd-replacement-prox")["prox_coefficient"] == "prox_coefficient"


def test_replacement_factor_is_the_inverse_of_the_share():
    # Task 1: 500 of 2,750 samples of a round.
    assert replacement_factor(2750, 500) == pytest.approx(5.5)
    # Two attackers who share the factor: each update counts 500 of 3,000, together the whole.
    assert 2 * replacement_factor(3000, 2 * 500) * 500 / 3000 == pytest.approx(1)


@pytest.mark.parametrize(
    ("backdoor", "lr"), [(None, 0.2), (20.0, 0.2), (20.1, 0.004), (60.0, 0.004), (61.0, 4e-5)]
)
def test_one_shot_slows_down_where_the_backdoor_is_known(backdoor, lr):
    """TEXT §3.2: 0.2, a fiftieth above 20 %, and a hundredth of that above 60 %."""
    attack = attacks.attack("oneshot", {})
    found = attack.training(dataclasses.replace(view(9), backdoor=backdoor))
    assert found.lr == pytest.approx(lr)
    assert (found.epochs, found.enough, found.last_place) == (250, 1e-4, True)
    assert (found.momentum, found.batch_size, found.hooks) == (0.9, 32, HONEST.hooks)


def test_one_shot_takes_the_place_of_all_participants():
    attack, update = attacks.attack("oneshot", {}), torch.tensor([1.0, -2.0])
    for attackers, factor in ((1, 10.0), (2, 5.0)):
        cohort = Cohort(2000, 7, attackers, participants=10)
        assert attack.craft(update, cohort, view()).tolist() == [factor, -2 * factor]


@pytest.mark.parametrize(("assumptions", "factor"), [("published", 5.5), ("corrected", 2.75)])
def test_a_replacing_attacker_scales_its_update(assumptions, factor):
    update, cohort = torch.tensor([1.0, -2.0]), Cohort(2750, 500, 2, 5)
    replacing = attacks.attack("blackbox-replacement", VALUES | {"pool_assumptions": assumptions})
    assert replacing.craft(update, cohort, view()).tolist() == [factor, -2 * factor]
    plain = attacks.attack("blackbox", VALUES)
    assert plain.craft(update, cohort, view()) is update


def test_published_replacement_on_sentences_divides_by_batches():
    """TEXT §1.7: 2,000 samples of a round over 10 batches of the attacker's 200, not over 200."""
    cohort = Cohort(samples=2000, attacker_samples=200, attackers=1, participants=10)
    view = RoundView(1, LocalTraining(2, 20, 0.05, 0.9, 0.0), 1.0, "no-defense")
    update = torch.ones(2)
    for counts, factor in (("samples", 10.0), ("batches", 200.0)):
        part = Replacement(replacement_counts=counts)
        assert part.craft(update, cohort, view).tolist() == [factor, factor]


def test_a_projection_before_the_step_leaves_the_step_beyond_the_ball():
    """After it, the model lies in the ball; before it, one step of the optimizer further."""
    start, step = torch.zeros(2), Step(index=0, count=4, start=torch.zeros(2))
    early, late = EarlyProjection(1.0, 1), Projection(1.0, 1)
    for hook, expected in ((late, [1.0, 0.0]), (early, [3.0, 0.0])):
        parameters = torch.tensor([4.0, 0.0])
        hook.gradient(torch.zeros(2), parameters, step)
        parameters += torch.tensor([2.0, 0.0])
        hook.after(parameters, step)
        assert parameters.tolist() == expected
    assert not start.any()
