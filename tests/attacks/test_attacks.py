"""Names, and what each part of a name changes in the attacker's local training."""

import dataclasses

import pytest

from edgecase import attacks
from edgecase.attacks import LocalTraining, Projection, Proximal, RoundContext, attacker_training
from edgecase.base.errors import ConfigError

HONEST = LocalTraining(epochs=2, batch_size=32, lr=0.017, momentum=0.9, weight_decay=1e-4)
PARAMETERS = {
    "attacker_epochs": 6,
    "attacker_lr": 0.03,
    "gamma": 0.99,
    "eps": 1.5,
    "project_frequency": 10,
    "prox_coefficient": 0.7,
    "switches": {"radius_decay": "published"},
}
DEFENSES = (
    *("no-defense", "norm-clipping", "norm-clipping-adaptive", "weak-dp"),
    *("krum", "multi-krum", "rfa"),
)


def training(name, round=1, defense="no-defense", **changes):
    return attacker_training(name, HONEST, PARAMETERS | changes, RoundContext(round, defense))


def test_the_names_of_the_paper():
    options = ["", "-replacement", "-prox", "-replacement-prox"]
    assert attacks.names() == ["none"] + [
        base + option for base in ("blackbox", "pgd") for option in options
    ]


def test_every_name_splits_into_its_parts():
    assert attacks.split_name("pgd") == ("pgd", ())
    assert attacks.split_name("blackbox-replacement-prox") == ("blackbox", ("replacement", "prox"))
    for name in attacks.names()[1:]:
        base, options = attacks.split_name(name)
        assert "-".join((base, *options)) == name


@pytest.mark.parametrize(
    "name",
    ["PGD", "", "none", "pgd-", "prox", "replacement", "pgd-prox-replacement", "pgd-prox-prox"],
)
def test_any_other_name_is_an_error_that_lists_the_allowed_ones(name):
    with pytest.raises(ConfigError) as error:
        training(name)
    assert f"'{name}'" in str(error.value)
    assert all(allowed in str(error.value) for allowed in attacks.names())


def test_blackbox_is_honest_training_for_the_attackers_epochs():
    assert training("blackbox", round=9) == dataclasses.replace(HONEST, epochs=6)


@pytest.mark.parametrize("round", [1, 2, 51])
@pytest.mark.parametrize("defense", DEFENSES)
@pytest.mark.parametrize("rule", ["published", "always", "never"])
def test_pgd_radius_and_learning_rate(rule, defense, round):
    decay = 0.99 ** (round - 1)
    decays = {"published": defense in ("krum", "multi-krum"), "always": True, "never": False}[rule]
    result = training("pgd", round, defense, switches={"radius_decay": rule})
    assert result.lr == pytest.approx(0.03 * decay)
    assert result.hooks == (Projection(pytest.approx(1.5 * (decay if decays else 1)), 10),)
    assert (result.epochs, result.batch_size) == (6, 32)
    assert (result.momentum, result.weight_decay) == (0.9, 1e-4)
    assert not result.replaces_model


@pytest.mark.parametrize("base", ["blackbox", "pgd"])
def test_options_change_one_thing_each(base):
    plain = training(base, 4)
    replaced = dataclasses.replace(plain, replaces_model=True)
    assert training(f"{base}-replacement", 4) == replaced
    hooks = (*plain.hooks, Proximal(0.7))
    assert training(f"{base}-prox", 4) == dataclasses.replace(plain, hooks=hooks)
    assert training(f"{base}-replacement-prox", 4) == dataclasses.replace(replaced, hooks=hooks)


def test_blackbox_ignores_the_parameters_of_pgd():
    names = ("attacker_lr", "eps", "project_frequency")
    needed = {key: value for key, value in PARAMETERS.items() if key not in names}
    result = attacker_training("blackbox", HONEST, needed, RoundContext(1, "krum"))
    assert not result.hooks


def test_replacement_factor_is_the_inverse_of_the_share():
    # Task 1: 500 of 2,750 samples of a round.
    assert attacks.replacement_factor(2750, 500) == pytest.approx(5.5)
    # Two attackers who share the factor: each update counts 500 of 3,000, together the whole.
    shared = attacks.replacement_factor(3000, 2 * 500)
    assert 2 * shared * 500 / 3000 == pytest.approx(1)
