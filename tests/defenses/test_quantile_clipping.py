"""A norm bound that follows a quantile of the norms."""

import math

import pytest
import torch
from tests.defenses.running import aggregate


def rounds(norms, count, **values):
    """The bounds that `count` rounds of updates with these norms leave, and the last aggregate."""
    updates, memory, bounds = torch.diag(torch.tensor(norms)), {}, []
    for _ in range(count):
        result = aggregate(
            "norm-clipping-quantile", updates, [1] * len(norms), memory=memory, **values
        )
        memory = result.memory
        bounds.append(memory["bound"].item())
    return bounds, result


def test_by_hand():
    # b is the share that is NOT clipped: 0 of 4, so C grows by exp(0.2 · 0.5) = 1.10517 a round,
    # the first being clipped to 0.1; with C = 2, two of four are within, one of them exactly.
    bounds, result = rounds([1.0, 2.0, 3.0, 4.0], 1)
    assert bounds[0] == pytest.approx(0.110517, rel=1e-5)
    torch.testing.assert_close(result.clip_factors, 0.1 / torch.tensor([1.0, 2, 3, 4]).double())
    bounds, result = rounds([1.0, 2.0, 3.0, 4.0], 1, initial_bound=2)
    assert bounds == [2.0]
    assert result.clip_factors.tolist() == [1, 1, 2 / 3, 0.5]
    bounds, _ = rounds([1.0, 2.0, 3.0, 4.0], 1, initial_bound=9, quantile=0.8, rate=1)
    assert bounds[0] == pytest.approx(9 * math.exp(-0.2))


@pytest.mark.parametrize("norm", [0.01, 1.0, 50.0])
def test_equal_norms_are_found(norm):
    bounds, _ = rounds([norm] * 4, 90)
    assert all(norm * math.exp(-0.2) <= bound <= norm * math.exp(0.2) for bound in bounds[-9:])
