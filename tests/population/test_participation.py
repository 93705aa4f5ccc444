"""Who takes part: attack rounds, the pool, and sampling that does not depend on the attack."""

import math

import numpy as np
import pytest

from edgecase.base.errors import ConfigError
from edgecase.population.participation import (
    EXTRA_ATTACKER,
    FixedFrequency,
    FixedPool,
    parse,
    sample_clients,
)


@pytest.mark.parametrize("first", [1, 4, 13])
@pytest.mark.parametrize("period", [1, 2, 10, 50])
def test_attack_rounds_of_fixed_frequency(period, first):
    attacked = []
    for round in range(1, 61):
        taking_part = FixedFrequency(period).participants(round, 40, 6, 2, first)
        honest = sample_clients(round, 40, 6, 2)
        assert len(taking_part.ids) == 6
        if taking_part.attackers:
            attacked.append(round)
            assert taking_part.attackers == {EXTRA_ATTACKER} == {-1}
            assert taking_part.ids == (-1, *honest[:-1])
        else:
            assert taking_part.ids == honest
    assert attacked == list(range(first, 61, period))


def test_the_paper_attacks_in_rounds_1_11_21():
    attacked = [
        round
        for round in range(1, 32)
        if parse("fixed-freq-10").participants(round, 200, 10, 0, 1).attackers
    ]
    assert attacked == [1, 11, 21, 31]


def test_sampled_clients_are_distinct_ids_of_the_population():
    for round in range(1, 50):
        ids = sample_clients(round, 20, 7, 1)
        assert len(set(ids)) == 7
        assert all(type(client) is int and 0 <= client < 20 for client in ids)
    assert sorted(sample_clients(1, 9, 9, 0)) == list(range(9))


def test_every_client_is_sampled_equally_often():
    rounds, clients, per_round = 2000, 25, 5
    counts = np.zeros(clients)
    for round in range(1, rounds + 1):
        counts[list(sample_clients(round, clients, per_round, 3))] += 1
    share = per_round / clients
    bound = 5 * math.sqrt(rounds * share * (1 - share))
    assert np.all(np.abs(counts - rounds * share) < bound)


def test_sampling_depends_on_seed_and_round():
    assert sample_clients(1, 50, 10, 0) == sample_clients(1, 50, 10, 0)
    assert sample_clients(1, 50, 10, 0) != sample_clients(1, 50, 10, 1)
    assert sample_clients(1, 50, 10, 0) != sample_clients(2, 50, 10, 0)


@pytest.mark.parametrize("attackers", [1, 5, 30])
def test_pool_size_and_membership(attackers):
    mode = FixedPool(attackers)
    pool = mode.pool(30, 4)
    assert len(pool) == attackers
    assert pool <= set(range(30))
    for round in range(1, 40):
        taking_part = mode.participants(round, 30, 8, 4, 1)
        assert taking_part.ids == sample_clients(round, 30, 8, 4)
        assert taking_part.attackers == pool & set(taking_part.ids)
        assert EXTRA_ATTACKER not in taking_part.ids
    assert attackers == 30 or mode.pool(30, 5) != pool


def test_expected_number_of_attackers_in_a_pool():
    rounds, clients, per_round, attackers = 1500, 200, 10, 10
    found = [
        len(FixedPool(attackers).participants(round, clients, per_round, 0, 1).attackers)
        for round in range(1, rounds + 1)
    ]
    share = attackers / clients
    # Hypergeometric per round, independent between rounds.
    variance = per_round * share * (1 - share) * (clients - per_round) / (clients - 1)
    expected = per_round * share
    assert abs(np.mean(found) - expected) < 5 * math.sqrt(variance / rounds)
    assert np.var(found) == pytest.approx(variance, rel=0.2)
    assert 0 in found
    assert max(found) >= 2


def test_a_pool_waits_for_the_first_attack_round():
    mode = FixedPool(20)
    for round in range(1, 9):
        attackers = mode.participants(round, 20, 5, 0, 6).attackers
        assert len(attackers) == (5 if round >= 6 else 0)


def test_names():
    assert parse("fixed-freq-1") == FixedFrequency(1)
    assert parse("fixed-freq-100") == FixedFrequency(100)
    assert parse("fixed-pool-5") == FixedPool(5)


@pytest.mark.parametrize(
    "name",
    [
        *("fixed-freq-0", "fixed-freq", "fixed-freq-01", "fixed-freq-2.5", "fixed-pool-x"),
        *("Fixed-freq-10", "fixed-freq-10\n", "fixed-freq-٣"),
    ],
)
def test_other_names_are_refused(name):
    with pytest.raises(ConfigError) as error:
        parse(name)
    message = str(error.value)
    assert name in message
    assert "fixed-freq-<period>" in message
    assert "fixed-pool-<att" in message


@pytest.mark.parametrize("mode", ["fixed-freq-3", "fixed-pool-6"])
def test_a_seated_client_takes_part_in_every_round_and_never_attacks(mode):
    partners = np.zeros(20)
    for round in range(1, 601):
        taking_part = parse(mode).participants(round, 20, 5, 1, 1, seated=7)
        assert 7 in taking_part.ids
        assert 7 not in taking_part.attackers
        assert len(set(taking_part.ids)) == len(taking_part.ids) == 5
        place = len(taking_part.attackers) if mode.startswith("fixed-freq") else 0
        assert taking_part.ids[place] == 7
        partners[[client for client in taking_part.ids if client >= 0]] += 1
    # The others share the remaining seats evenly: 4 (or 3 beside the attacker) of 19.
    others = np.delete(partners, 7)
    expected = others.sum() / 19
    assert np.all(np.abs(others - expected) < 5 * math.sqrt(expected))


def test_a_seat_changes_nobody_elses_order():
    for round in range(1, 40):
        free = sample_clients(round, 20, 6, 4)
        seated = sample_clients(round, 20, 6, 4, seated=3)
        others = [client for client in free if client != 3]
        assert seated == (3, *others[:5])
