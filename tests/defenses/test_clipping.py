import math

import numpy as np
import pytest
import torch
from tests.defenses.running import aggregate


def test_fixed_bound_by_hand():
    # Norms 5, 1 and 0; bound 2.5: only (3, 4) is halved, to (1.5, 2). Shares 1/4, 2/4, 1/4:
    # update = (1.5, 2)/4 + (1, 0)/2 + 0 = (0.875, 0.5).
    updates = torch.tensor([[3.0, 4.0], [1.0, 0.0], [0.0, 0.0]])
    result = aggregate("norm-clipping", updates, [10, 20, 10], norm_bound=2.5)
    assert result.clip_factors.tolist() == [0.5, 1.0, 1.0]
    assert result.weights.tolist() == [0.25, 0.5, 0.25]
    assert result.update.tolist() == [0.875, 0.5]
    assert result.diagnostics["bound"] == 2.5


def test_adaptive_bound_by_hand():
    # Norms 5, 1 and 0: bound = 6/3 = 2, whatever the sample counts; (3, 4) is scaled by 2/5.
    updates = torch.tensor([[3.0, 4.0], [1.0, 0.0], [0.0, 0.0]])
    result = aggregate("norm-clipping-adaptive", updates, [1, 1, 98])
    assert result.diagnostics["bound"] == 2.0
    assert result.clip_factors.tolist() == [0.4, 1.0, 1.0]
    np.testing.assert_allclose(result.update, [(1.2 + 1.0) / 100, 1.6 / 100], rtol=1e-6)


def test_a_norm_equal_to_the_bound_is_not_clipped():
    updates = torch.tensor([[3.0, 4.0], [4.0, 3.0]])
    assert aggregate("norm-clipping", updates, [1, 1], norm_bound=5).clip_factors.tolist() == [1, 1]
    assert aggregate("norm-clipping-adaptive", updates, [1, 1]).clip_factors.tolist() == [1, 1]


def test_updates_of_zero_stay_zero():
    updates = torch.zeros(3, 4)
    for name, params in (("norm-clipping", {"norm_bound": 1.0}), ("norm-clipping-adaptive", {})):
        result = aggregate(name, updates, [1, 2, 3], **params)
        assert result.update.tolist() == [0, 0, 0, 0]
        assert result.clip_factors.tolist() == [1, 1, 1]


def test_norms_do_not_overflow_float32():
    # 1e30² is beyond float32; each row is (1e30, 0), scaled to norm 1.
    updates = torch.tensor([[1e30, 0.0], [1e30, 0.0]])
    result = aggregate("norm-clipping", updates, [1, 1], norm_bound=1.0)
    np.testing.assert_allclose(result.update, [1.0, 0.0], rtol=1e-6)


@pytest.mark.parametrize("adaptive", [False, True])
def test_matches_a_slow_loop(adaptive):
    rng = np.random.default_rng(1)
    for trial in range(45):
        m, size = int(rng.integers(1, 12)), int(rng.integers(1, 25))
        updates = rng.normal(size=(m, size))
        if trial % 3 == 0:
            updates[rng.integers(m)] *= 1e6
        counts = rng.integers(1, 500, size=m).tolist()
        norms = [math.sqrt(math.fsum(x * x for x in row)) for row in updates.tolist()]
        bound = math.fsum(norms) / m if adaptive else float(rng.uniform(0.1, 6))
        factors = [min(1.0, bound / norm) for norm in norms]
        expected = [
            math.fsum(n * f * x for n, f, x in zip(counts, factors, column, strict=True))
            / sum(counts)
            for column in updates.T.tolist()
        ]
        name = "norm-clipping-adaptive" if adaptive else "norm-clipping"
        params = {} if adaptive else {"norm_bound": bound}
        result = aggregate(name, torch.from_numpy(updates), counts, **params)
        np.testing.assert_allclose(result.clip_factors, factors, rtol=1e-13)
        np.testing.assert_allclose(result.update, expected, rtol=1e-11, atol=1e-13 * bound)


def test_the_median_of_the_norms_bounds_them():
    # Norms 1, 2, 4, 1000: the bound is 3. Their mean is 251.75, which clips one client alone.
    updates = torch.diag(torch.tensor([2.0, 1.0, 1000.0, 4.0]))
    result = aggregate("norm-clipping-median", updates, [1, 1, 1, 1])
    assert result.diagnostics["bound"] == 3
    assert result.clip_factors.tolist() == [1, 1, 0.003, 0.75]
    assert aggregate("norm-clipping-median", updates[:3], [1, 1, 1]).diagnostics["bound"] == 2
