"""Bulyan against a plain loop over its definition, in the paper's form and in the program's."""

import numpy as np
import pytest
import torch
from tests.defenses.running import aggregate, drawn
from tests.defenses.test_ranks import slow_near_median

from edgecase import defenses


def distance(a, b):
    return sum((x - y) ** 2 for x, y in zip(a, b, strict=True))


def paper(updates, f):
    """θ clients by repeated Krum, and the mean of the θ − 2f values nearest to their median."""
    left, chosen = dict(enumerate(updates)), []
    for _ in range(len(updates) - 2 * f):
        scores = {}
        for i in left:
            others = sorted(distance(left[i], left[j]) for j in left if j != i)
            scores[i] = sum(others[: max(1, len(left) - f - 2)])
        winner = min(left, key=lambda i: (scores[i], i))
        chosen.append(winner)
        del left[winner]
    rows = [updates[i] for i in sorted(chosen)]
    kept = len(rows) - 2 * f
    return set(chosen), [slow_near_median(c, kept, lower=False) for c in zip(*rows, strict=True)]


def program(updates, f):
    """Averages over the best of one ranking by plain distances, each without one more of them."""
    m = len(updates)
    scores = []
    for i in range(m):
        others = sorted(distance(updates[i], updates[j]) ** 0.5 for j in range(m) if j != i)
        scores.append(sum(others[: m - f - 2]))
    best = sorted(range(m), key=lambda i: (scores[i], i))[: m - f - 2]
    rows = [np.mean([updates[i] for i in best[k:]], axis=0) for k in range(m - 2 * f - 2)]
    kept = len(rows) - 2 * f
    return set(best), [slow_near_median(c, kept, lower=True) for c in zip(*rows, strict=True)]


@pytest.mark.parametrize(("variant", "slow"), [("paper", paper), ("epfl_multikrum", program)])
def test_bulyan_is_its_definition(variant, slow):
    """On whole numbers, where sums are exact and ties are many, and on others."""
    generator = torch.Generator().manual_seed(5)
    for m, f in ((3, 0), (5, 0), (7, 1), (8, 1), (11, 2), (15, 3)):
        for whole in (True, False) * 10:
            updates = torch.randint(-4, 5, (m, 6), generator=generator).double()
            if variant == "epfl_multikrum" or not whole:
                updates += torch.rand(m, 6, generator=generator)
            result = aggregate("bulyan", updates, [1] * m, num_byzantine=f, variant=variant)
            chosen, expected = slow(updates.tolist(), f)
            assert set(result.accepted.nonzero().flatten().tolist()) == chosen
            np.testing.assert_allclose(result.update, expected, rtol=1e-12, atol=1e-12)


def test_bulyan_by_hand():
    # f = 1 of 7: 100 is never chosen, nor is one of the others. Of 0, 1, 2, 3, 4 (ties to the first
    # clients) the three nearest to 2 are 1, 2, 3.
    updates = torch.tensor([[2.0], [1.0], [3.0], [0.0], [4.0], [5.0], [100.0]])
    result = aggregate("bulyan", updates, range(1, 8), num_byzantine=1)
    assert not result.accepted[6]
    assert result.accepted.sum() == 5
    assert result.weights is None
    plain = aggregate("bulyan", updates, range(1, 8), num_byzantine=0)
    np.testing.assert_allclose(plain.update, updates.mean(dim=0), rtol=1e-6)


def test_far_updates_are_never_chosen():
    for variant in ("paper", "epfl_multikrum"):
        honest = drawn(9)
        updates = torch.cat([honest, 1e6 * drawn(2, seed=1)])
        result = aggregate("bulyan", updates, [1] * 11, num_byzantine=2, variant=variant)
        assert not result.accepted[9:].any()
        assert (result.update >= honest.min(dim=0).values).all()
        assert (result.update <= honest.max(dim=0).values).all()


def test_bulyan_needs_four_f_and_three_clients():
    (problem,) = defenses.validate("bulyan", {"num_byzantine": 2}, 10)
    assert "at least 11 clients" in problem
