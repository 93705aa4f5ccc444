"""BackdoorIndicator: who keeps the mark is refused, by the authors' accuracies and by hand."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tests.defenses.running import Linear, drawn, given

from edgecase import defenses
from edgecase.base.errors import ConfigError
from edgecase.defenses.indicator import best_class
from edgecase.defenses.marking import Mark

DATA = Path(__file__).parents[1] / "federation" / "data" / "indicator.npz"
UNMARKED = torch.zeros(40)
#: two of class 0 along the first axis, two of class 1 along the second.
MARK = Mark(torch.eye(4)[[0, 0, 1, 1]], torch.tensor([0, 0, 1, 1]))


def run(updates, model=UNMARKED, mark=MARK, counts=None, **options):
    rule = defenses.rule("indicator", {"ood_dataset": "elsewhere"} | options)
    inputs = {"global_model": model, "network": Linear(), "mark": mark}
    return defenses.run(rule, updates, counts or [1] * len(updates), **inputs)


def towards(axis, named, size=1.0):
    """The update of a model that names inputs along `axis` the class `named`."""
    update = torch.zeros(40)
    update[4 * named + axis] = size
    return update


def test_accuracies_of_the_authors():
    with np.load(DATA) as case:
        labels = torch.from_numpy(case["labels"])
        for row, (_, best, label) in zip(case["preds"], case["overall_max_class"], strict=True):
            accuracy, found = best_class(torch.from_numpy(row), labels)
            assert round(accuracy, 2) == best
            assert found == label


def test_best_class_is_that_of_a_plain_loop():
    generator = torch.Generator().manual_seed(0)
    for _ in range(200):
        count = int(torch.randint(1, 40, (), generator=generator))
        labels, named = torch.randint(0, 6, (2, count), generator=generator)
        shares = {
            label: 100 * sum(n == label for n, own in pairs if own == label) / total
            for pairs in [list(zip(named.tolist(), labels.tolist(), strict=True))]
            for label in sorted(set(labels.tolist()))
            for total in [labels.tolist().count(label)]
        }
        best = max(shares, key=lambda label: (shares[label], -label))
        assert best_class(named, labels) == (shares[best], best)


def test_who_keeps_a_class_of_the_mark_is_refused():
    """The first names both of class 1 as they are; the others call axes 0 and 1 class 2."""
    lost = towards(0, 2) + towards(1, 2)
    kept = towards(0, 2) + towards(1, 1)
    result = run(torch.stack([kept, lost, 3 * lost]), counts=[5, 1, 9])
    assert result.accepted.tolist() == [False, True, True]
    assert result.diagnostics["mark_accs"] == (100.0, 0.0, 0.0)
    assert result.diagnostics["mark_classes"] == (1, 0, 0)
    assert torch.equal(result.update, 2 * lost)  # alike, whatever their counts


def test_equality_refuses_and_less_does_not():
    # Of two images of class 1 one is known: 50 %.
    mark = Mark(torch.eye(4)[[1, 0]], torch.tensor([1, 1]))
    update = (towards(1, 1) + towards(0, 2))[None]
    assert not run(update, mark=mark, threshold=50.0).accepted.any()
    assert run(update, mark=mark, threshold=50.1).accepted.all()


def test_a_client_that_does_not_move_keeps_the_mark():
    marked = towards(0, 0) + towards(1, 1)
    worn = towards(0, 2, 2.0) + towards(1, 2, 2.0)
    result = run(torch.stack([torch.zeros(40), worn, 0.1 * worn]), marked)
    assert result.accepted.tolist() == [False, True, False]
    assert result.diagnostics["mark_acc"] == 100.0
    # If all are refused, the marked model stays.
    alone = run(torch.zeros(3, 40), marked)
    assert not alone.accepted.any()
    assert not alone.update.any()


def test_a_constant_answer_counts_as_the_mark():
    """A model that calls everything class 0 knows all of it."""
    constant = sum(towards(axis, 0) for axis in range(4))
    assert run(constant[None]).diagnostics["mark_accs"] == (100.0,)


def test_a_round_without_a_mark_looks_at_nobody():
    updates = drawn(4)
    result = run(updates, mark=None)
    assert result.accepted.all()
    np.testing.assert_allclose(result.update, updates.double().mean(dim=0), atol=1e-6)


def test_needs_the_model():
    rule = defenses.rule("indicator", {"ood_dataset": "elsewhere"})
    others = given(drawn())
    for lacking in ("network", "global_model"):
        with pytest.raises(ConfigError, match=f"indicator: {lacking} is missing"):
            defenses.run(rule, drawn(), [1] * 9, **others | {lacking: None})


def test_rates_by_hand():
    marking = defenses.rule("indicator", {"ood_dataset": "elsewhere", "every": 3}).marking
    rates = [marking.lr(epoch) for epoch in (0, 9, 10, 19, 20, 30, 160)]
    steps = [1, 1, 0.8, 0.8, 0.64, 0.512, 0.4096]
    assert rates == pytest.approx([0.001 * step for step in steps])
    assert [marking.is_due(round) for round in range(1, 6)] == [True, False, False, True, False]
