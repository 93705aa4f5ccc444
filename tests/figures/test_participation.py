import pandas as pd
import pytest
from tests.figures.made_up import cell

from edgecase.base.errors import DataError
from edgecase.figures import participation


@pytest.mark.parametrize(
    ("name", "clients", "expected"),
    [
        ("fixed-freq-1", None, "an attacker every round"),
        ("fixed-freq-10", 200, "an attacker every 10 rounds"),
        ("fixed-pool-5", None, "a pool of 5 clients that attack when sampled"),
        ("fixed-pool-5", 200, "a pool of 5 of 200 clients (2.5 %) that attack when sampled"),
        ("fixed-pool-85", 3383, "a pool of 85 of 3383 clients (2.5 %) that attack when sampled"),
        ("fixed-pool-5", 40, "a pool of 5 of 40 clients (12.5 %) that attack when sampled"),
    ],
)
def test_words(name, clients, expected):
    assert participation.words(name, clients) == expected


def test_unknown_participation_is_refused():
    with pytest.raises(DataError, match="'sometimes'; allowed: fixed-freq-<period>"):
        participation.parse("sometimes")


def test_tasks_with_one_participation_share_a_sentence():
    same = pd.concat([cell(task="a"), cell(task="b")])
    assert participation.note(same) == "Participation: an attacker every 10 rounds."
    other = pd.concat([same, cell(task="c", participation="fixed-freq-5")])
    assert participation.note(other) == (
        "a, b: an attacker every 10 rounds. c: an attacker every 5 rounds."
    )


def test_a_pool_is_a_share_of_all_clients_and_not_of_the_round_s_participants():
    table = cell(participation="fixed-pool-5")
    assert "5 clients" in participation.note(table)
    table[participation.CLIENTS] = 200
    assert "5 of 200 clients (2.5 %)" in participation.note(table)
