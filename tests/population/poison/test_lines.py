"""Who holds which edge-case lines: the authors' pairs, and a dose that stays the same."""

import numpy as np
import pytest

from edgecase.base.errors import ConfigError, DataError
from edgecase.datasets.text import from_lines
from edgecase.population.poison import build
from edgecase.population.poison.lines import Lines, numbered

EDGE = {
    "train_lines": np.arange(259 * 100, dtype=np.int32).reshape(259, 100) + 1,
    "test_lines": np.ones((120, 100), dtype=np.int32),
}


def poisoned(case, clients=500, **parameters):
    generator = np.random.default_rng(0)
    return build(Lines(**parameters), EDGE, 1, 0, 5000, case, clients, generator)


@pytest.mark.parametrize(
    ("p_study", "case", "attacker", "honest"),
    [
        ("published", "edge-case", 60, 0),
        ("published", "almost-edge-case", 50, 50),
        ("published", "normal-case", 10, 90),
        ("matched", "edge-case", 60, 0),
        ("matched", "almost-edge-case", 60, 60),
        ("matched", "normal-case", 60, 199),
    ],
)
def test_pairs_of_attacker_and_honest_clients(p_study, case, attacker, honest):
    """TEXT §1.9; the poisoned set has 200 samples in every case."""
    data = poisoned(case, p_study=p_study)
    assert np.array_equal(data["attacker_edge_x"], EDGE["train_lines"][:attacker])
    assert np.array_equal(data["honest_edge_x"], EDGE["train_lines"][attacker : attacker + honest])
    assert len(data["attacker_clean_index"]) == 200 - attacker
    assert set(data["attacker_edge_y"]) == {0}
    assert set(data["honest_edge_y"]) <= {1}
    assert len(data["test_y"]) == 120


def test_honest_lines_fall_on_clients_at_random_one_each():
    holders = poisoned("normal-case")["honest_edge_client"]
    assert len(set(holders.tolist())) == 90
    assert holders.max() > 90


def test_clean_samples_that_no_client_holds():
    """The same draw from the rows that are left, and one error where these are too few."""
    held = np.arange(4700)
    generators = [np.random.default_rng(0) for _ in range(2)]
    apart = build(Lines(), EDGE, 1, 0, 5000, "edge-case", 500, generators[0], held=held)
    expected = 4700 + generators[1].choice(300, 200, replace=False)[:140]
    assert np.array_equal(apart["attacker_clean_index"], expected)
    message = r"200 clean samples that no client holds; there are 199\. Use a smaller partition"
    with pytest.raises(ConfigError, match=message):
        build(Lines(), EDGE, 1, 0, 5000, "edge-case", 500, generators[0], held=np.arange(4801))


def test_few_clients_share_the_lines_evenly():
    held = np.bincount(poisoned("normal-case", clients=20)["honest_edge_client"], minlength=20)
    assert set(held.tolist()) == {4, 5}


@pytest.mark.parametrize(
    ("case", "parameters", "message"),
    [
        ("edge-case", {"edge": 300, "size": 400}, "300 lines for the attacker and 0 for honest"),
        ("normal-case", {"normal_honest": 250}, "10 lines for the attacker and 250 for honest"),
        (
            "edge-case",
            {"edge": 60, "size": 50},
            "60 lines are more than .* size, 50",
        ),
    ],
)
def test_more_lines_than_there_are(case, parameters, message):
    with pytest.raises(ConfigError, match=message):
        poisoned(case, **parameters)


def test_lines_become_numbers_filled_up_on_the_right():
    found = numbered({"test_lines": from_lines([["b", "a"], ["c"]])}, ["a", "b", "c"], "edge.npz")
    assert found["test_lines"].shape == (2, 100)
    assert found["test_lines"][:, :3].tolist() == [[2, 1, 0], [3, 0, 0]]


def test_a_word_that_the_data_set_lacks_is_refused_by_line():
    lines = {"train_lines": from_lines([["a"], ["a", "z"]])}
    with pytest.raises(DataError, match=r"edge\.npz: train_lines, line 2: 'z' is no word"):
        numbered(lines, ["a"], "edge.npz")


def test_an_edge_set_without_lines_is_refused():
    with pytest.raises(DataError, match=r"edge\.npz: test_lines has no line"):
        numbered({"test_lines": from_lines([])}, ["a"], "edge.npz")
