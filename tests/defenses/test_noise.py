import math

import numpy as np
import pytest
import torch
from tests.defenses.running import aggregate

from edgecase.base.errors import ConfigError


def updates_and_counts(m=5, size=20_000):
    updates = torch.randn(m, size, generator=torch.Generator().manual_seed(1))
    return updates, torch.arange(1, m + 1)


def weak_dp(updates, counts, seed, stddev):
    generator = torch.Generator().manual_seed(seed)
    return aggregate("weak-dp", updates, counts, generator=generator, norm_bound=2.0, stddev=stddev)


def test_noise_is_added_to_the_clipped_average():
    updates, counts = updates_and_counts()
    result = weak_dp(updates, counts, seed=7, stddev=0.5)
    clipped = aggregate("norm-clipping", updates, counts, norm_bound=2.0)
    expected = 0.5 * torch.randn(updates.shape[1], generator=torch.Generator().manual_seed(7))
    assert torch.equal(result.noise, expected)
    assert torch.equal(result.clip_factors, clipped.clip_factors)
    assert torch.equal(result.weights, clipped.weights)
    np.testing.assert_allclose(result.update, clipped.update + expected, rtol=0, atol=1e-6)
    assert result.diagnostics["bound"] == 2.0


def test_noise_has_the_stated_size_whatever_the_number_of_clients():
    # Noise per client, averaged with equal weights, would have the size stddev / √m instead. The
    # sample's standard deviation over P = 20,000 is itself off by stddev / √(2P) = 0.5 % (1 sigma).
    for m in (1, 4, 25):
        updates, _ = updates_and_counts(m)
        result = weak_dp(updates, [1] * m, seed=m, stddev=0.3)
        added = result.update - aggregate("norm-clipping", updates, [1] * m, norm_bound=2.0).update
        assert math.isclose(added.std().item(), 0.3, rel_tol=0.025)
        assert abs(added.mean().item()) < 6 * 0.3 / math.sqrt(20_000)


def test_equal_seeds_equal_noise_and_other_seeds_other_noise():
    updates, counts = updates_and_counts(size=50)
    first, again, other = (weak_dp(updates, counts, seed, stddev=1.0) for seed in (1, 1, 2))
    assert torch.equal(first.update, again.update)
    assert not torch.equal(first.noise, other.noise)


def test_successive_rounds_of_one_generator_differ():
    updates, counts = updates_and_counts(size=50)
    generator = torch.Generator().manual_seed(1)
    params = {"generator": generator, "norm_bound": 2.0, "stddev": 1.0}
    first = aggregate("weak-dp", updates, counts, **params)
    assert not torch.equal(first.noise, aggregate("weak-dp", updates, counts, **params).noise)


def test_stddev_zero_is_norm_clipping():
    updates, counts = updates_and_counts(size=50)
    result = weak_dp(updates, counts, seed=1, stddev=0)
    clipped = aggregate("norm-clipping", updates, counts, norm_bound=2.0)
    assert torch.equal(result.update, clipped.update)
    assert not result.noise.any()


def test_the_generator_is_required():
    updates, counts = updates_and_counts(size=5)
    with pytest.raises(ConfigError, match=r"weak-dp: generator is missing.*torch\.Generator"):
        aggregate("weak-dp", updates, counts, norm_bound=2.0, stddev=0.1)
