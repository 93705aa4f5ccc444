"""Updates that come one at a time give what all of them at once give, to the bit."""

import dataclasses

import pytest
import torch
from tests.defenses.running import drawn, example, run

from edgecase import defenses
from edgecase.base.errors import SimulationError
from edgecase.defenses import distances, postconditions, running_sum
from edgecase.defenses.stream import Stream

RULES = [name for name in defenses.names() if defenses.rule_class(name).one_by_one]
BUFFERS = torch.rand(9, 4, generator=torch.Generator().manual_seed(3))


def streamed(name, updates, rule=None, **others):
    stream = Stream(rule or example(name), range(10, 10 + len(updates)), updates[0])
    for update in updates:
        stream.add(update)
    return stream.aggregate(generator=torch.Generator().manual_seed(1), **others)


def assert_same(ours, expected):
    for field in dataclasses.fields(expected):
        mine, other = getattr(ours, field.name), getattr(expected, field.name)
        if isinstance(other, torch.Tensor):
            assert mine.dtype == other.dtype
            assert torch.equal(mine, other), field.name
        elif field.name != "diagnostics":
            assert mine == other
    assert ours.diagnostics.keys() == expected.diagnostics.keys()
    assert torch.equal(ours.diagnostics["norms"], expected.diagnostics["norms"])


def test_which_rules_need_one_update_at_a_time():
    assert RULES == ["no-defense", "norm-clipping", "weak-dp"]


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_one_at_a_time_is_all_at_once(name, dtype, monkeypatch):
    """Also in blocks of a few coordinates, and with a sum that is checked on some of them."""
    updates = drawn(dtype=dtype, size=1000)
    whole = run(name, updates, buffers=BUFFERS)
    assert_same(streamed(name, updates, buffers=BUFFERS), whole)
    monkeypatch.setattr(running_sum, "_PIECE", 300)
    monkeypatch.setattr(running_sum, "_BLOCK", 7)
    monkeypatch.setattr(postconditions, "_PROBED", 30)
    assert_same(streamed(name, updates, buffers=BUFFERS), whole)
    monkeypatch.setattr(distances, "_BLOCK", 63)
    assert_same(streamed(name, updates, buffers=BUFFERS), run(name, updates, buffers=BUFFERS))


@pytest.mark.parametrize("m", [1, 2, 3])
def test_the_norm_of_a_row_does_not_depend_on_the_threads(m):
    """A lone row of 2^20 / m coordinates is one that torch would split between two threads."""
    threads, rows = torch.get_num_threads(), drawn(m, 2**20 // m + 5)
    try:
        for number in (1, 2):
            torch.set_num_threads(number)
            alone = torch.cat([distances.row_norm(row, m) for row in rows])
            assert torch.equal(alone, distances.row_norms(rows))
    finally:
        torch.set_num_threads(threads)


def test_a_rule_that_asks_for_other_weights_later_is_stopped(monkeypatch):
    kind = defenses.rule_class("norm-clipping")
    monkeypatch.setattr(kind, "factors", lambda rule, norms: (norms > len(norms) + 5).double())
    told = r"the updates were added up with \[.*\]; the rule now asks for"
    with pytest.raises(SimulationError, match=told):
        streamed("norm-clipping", drawn())


def test_a_sum_that_is_wrong_is_found(monkeypatch):
    """On the coordinates that were kept of every update."""
    honest = running_sum.RunningSum.rounded
    spoilt = lambda total, *how: honest(total, *how).add_(1e-3)  # noqa: E731
    monkeypatch.setattr(running_sum.RunningSum, "rounded", spoilt)
    with pytest.raises(SimulationError, match=r"coordinate \d+ of the update is"):
        streamed("no-defense", drawn())


def test_rows_that_are_not_finite_are_named():
    updates = drawn()
    updates[2, 5] = updates[7, 0] = torch.nan
    with pytest.raises(SimulationError, match=r"rows 2, 7 \(of 9, counted from 0\) hold NaN"):
        streamed("no-defense", updates)


def test_counts_that_do_not_fit():
    with pytest.raises(ValueError, match=r"num_samples is \[1\.0, 0\.0\]; allowed: 2 finite"):
        Stream(example("no-defense"), [1, 0], torch.ones(3))
    stream = Stream(example("no-defense"), [1, 2], torch.ones(3))
    stream.add(torch.ones(3))
    with pytest.raises(ValueError, match="1 updates have come; 2 are announced"):
        stream.aggregate()


@pytest.mark.parametrize(
    ("error", "given", "message"),
    [
        (ValueError, {"client_ids": [4, 4]}, r"client_ids are \[4, 4\]; allowed: 2 different ones"),
        (ValueError, {"global_model": torch.ones(5)}, r"global_model is \[5\]; allowed: \[3\]"),
        (SimulationError, {"global_model": torch.full((3,), torch.inf)}, "global_model holds NaN"),
    ],
)
def test_other_inputs_of_a_wrong_kind_are_refused_as_at_once(error, given, message):
    stream = Stream(example("no-defense"), [1, 1], torch.zeros(3))
    for _ in range(2):
        stream.add(torch.ones(3))
    with pytest.raises(error, match=message):
        stream.aggregate(**given)
