"""The adapter of byzfl: against our rules where both compute the same, and on a copy."""

import sys

import pytest
import torch
from tests.defenses.running import drawn

from edgecase import defenses
from edgecase.base.errors import ConfigError
from edgecase.base.parameters import parameters


def run(aggregator, updates, **values):
    rule = defenses.rule("byzfl", {"aggregator": aggregator, **values})
    return defenses.run(rule, updates, range(1, len(updates) + 1))


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize(
    ("aggregator", "arguments", "ours"),
    [
        ("Median", {}, {"name": "median"}),
        ("TrMean", {"f": 2}, {"name": "trimmed-mean", "num_byzantine": 2}),
    ],
)
def test_the_same_rules_give_the_same(aggregator, arguments, ours, precision):
    pytest.importorskip("byzfl")
    updates = drawn()
    found = run(aggregator, updates, arguments=arguments, precision=precision)
    expected = defenses.run(defenses.composed(ours), updates, [1] * 9).update
    torch.testing.assert_close(found.update, expected, rtol=0, atol=1e-5)
    assert found.accepted.all()


ALL = parameters(defenses.rule_class("byzfl"))["aggregator"].choices


@pytest.mark.parametrize("aggregator", ALL)
def test_every_aggregator_runs_and_leaves_the_updates(aggregator):
    pytest.importorskip("byzfl")
    updates = drawn()
    before = updates.clone()
    # Without an attacker to leave out, CAF gives None.
    arguments = {"f": 1} if aggregator == "CAF" else None
    assert run(aggregator, updates, arguments=arguments).update.shape == (40,)
    assert torch.equal(updates, before)
    state = torch.get_rng_state()
    first = run(aggregator, updates, arguments=arguments).update
    assert torch.equal(run(aggregator, updates, arguments=arguments).update, first)
    assert torch.equal(torch.get_rng_state(), state)


def test_what_is_wrong_is_named():
    with pytest.raises(ConfigError, match=r"arguments\.g: is unknown to Krum; allowed: f"):
        defenses.rule("byzfl", {"aggregator": "Krum", "arguments": {"g": 1}})
    (problem,) = defenses.validate("byzfl", {"aggregator": "Bulyan"})
    assert "aggregator: 'Bulyan' is not allowed" in problem
    few = defenses.validate("byzfl", {"aggregator": "Krum", "arguments": {"f": 3}}, 5)
    assert "at least 7 clients" in few[0]


def test_a_package_that_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "byzfl", None)
    with pytest.raises(ConfigError, match="byzfl: the package is missing"):
        run("Median", drawn())


def test_it_is_known_and_listed_nowhere():
    assert "byzfl" in defenses.known_names()
    assert "byzfl" not in defenses.names()
