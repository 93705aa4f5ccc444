"""BNGuard against every split of few clients, and what it sees and does not see."""

import itertools

import numpy as np
import pytest
import torch

from edgecase import defenses
from edgecase.base.errors import ConfigError
from edgecase.defenses.statistics import Statistics
from edgecase.defenses.two_means import two_means

CHANNELS = 8
FIRST = Statistics(slice(0, CHANNELS), slice(CHANNELS, 2 * CHANNELS))
SECOND = Statistics(slice(16, 24), slice(24, 32))


def sent(m=10, seed=0):
    """Updates [m, 6] and the statistics [m, 32] of two layers, of clients that are alike."""
    generator = torch.Generator().manual_seed(seed)
    updates = torch.randn(m, 6, generator=generator)
    buffers = 1 + 0.05 * torch.randn(m, 32, generator=generator)
    return updates, buffers


def guard(updates, buffers, **options):
    places = options.pop("statistics", (FIRST, SECOND))
    counts = range(10, 10 + len(updates))
    rule = defenses.rule("bn-guard", options)
    return defenses.run(rule, updates, counts, buffers=buffers, statistics=places)


def kept(updates, buffers, **options):
    return guard(updates, buffers, **options).accepted.nonzero().flatten().tolist()


def spread(points, group):
    rows = points[list(group)]
    return ((rows - rows.mean(0)) ** 2).sum()


def slow_split(points):
    """The best of all splits, one by one; its larger part."""
    m = len(points)
    splits = [
        (group, tuple(set(range(m)) - set(group)))
        for size in range(1, m // 2 + 1)
        for group in itertools.combinations(range(m), size)
    ]
    best = min(splits, key=lambda parts: spread(points, parts[0]) + spread(points, parts[1]))
    return sorted(max(best, key=len)), len(best[0]) == len(best[1])


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("m", [3, 6, 9])
def test_the_larger_part_of_the_best_split(seed, m):
    updates, buffers = sent(m, seed)
    result = guard(updates, buffers)
    mean, variance = (buffers[:, place].double().numpy() for place in (FIRST.mean, FIRST.variance))
    points = np.stack(
        [variance.mean(1), variance.var(1, ddof=1), mean.mean(1), mean.var(1, ddof=1)], axis=1
    )
    np.testing.assert_allclose(result.diagnostics["features"], points, rtol=1e-12)
    expected, tied = slow_split(points)
    if not tied:
        assert result.accepted.nonzero().flatten().tolist() == expected
        counts = torch.arange(10, 10 + m)[expected].double()
        mean = (updates[expected].double() * (counts / counts.sum())[:, None]).sum(0)
        torch.testing.assert_close(result.update.double(), mean, rtol=0, atol=1e-6)


def test_many_clients_are_split_as_few_are():
    """Two far groups of 30: Lloyd's algorithm ends where every split would."""
    points = torch.randn(30, 4, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    points[[3, 7, 20]] += 50
    split = two_means(points)
    assert {tuple(split.nonzero().flatten().tolist()), tuple((~split).nonzero().flatten().tolist())}
    assert min(split.sum(), (~split).sum()) == 3
    assert len({bool(split[row]) for row in (3, 7, 20)}) == 1


def test_of_two_equal_parts_the_one_nearer_to_the_median_is_kept():
    """On a line at 0, 1, 16 and 30, the parts {0, 1} and {16, 30}; the median is 8.5."""
    updates, buffers = sent(4)
    buffers[:] = 1.0
    buffers[:, FIRST.mean] = torch.tensor([0.0, 1.0, 10.0, 30.0])[:, None]
    # The best split by distance is {0, 1, 10} and {30}; with 16 for 10 it is two and two.
    assert kept(updates, buffers) == [0, 1, 2]
    buffers[2, FIRST.mean] = 16.0
    assert kept(updates, buffers) == [0, 1]


def test_attackers_are_seen_by_their_statistics_and_by_nothing_else():
    updates, buffers = sent()
    buffers[[2, 5], FIRST.variance] *= 1.6
    honest = [0, 1, 3, 4, 6, 7, 8, 9]
    assert kept(updates, buffers) == honest
    assert kept(1e3 * updates.flip(0), buffers) == honest
    order = torch.randperm(10, generator=torch.Generator().manual_seed(3))
    assert sorted(order[kept(updates, buffers[order])].tolist()) == honest
    # An attacker who sends the statistics of an honest training is one of the honest.
    clean = buffers.clone()
    clean[[2, 5]] = buffers[[3, 4]] * 1.0001
    assert {2, 5} <= set(kept(updates * 50, clean)) or len(kept(updates, clean)) < 10


def test_layers_standards_and_the_gap():
    updates, buffers = sent()
    buffers[[2, 5], SECOND.variance] *= 3
    assert kept(updates, buffers, layers="all") == [0, 1, 3, 4, 6, 7, 8, 9]
    assert len(kept(updates, buffers)) < 10
    assert kept(updates, buffers, min_gap=10.0) == list(range(10))
    scaled = buffers.clone()
    scaled[:, FIRST.mean] *= 1e3
    assert kept(updates, buffers, standardise=True) == kept(updates, scaled, standardise=True)


def test_equal_clients_are_all_kept():
    updates, buffers = sent()
    assert kept(updates, buffers[:1].expand(10, -1)) == list(range(10))


def test_the_kept_clients_statistics_are_averaged():
    updates, buffers = sent()
    buffers[[2, 5], FIRST.variance] *= 1.6
    result = guard(updates, buffers)
    counts = torch.arange(10.0, 20.0)
    counts[[2, 5]] = 0
    mean = (buffers * (counts / counts.sum())[:, None]).sum(0)
    torch.testing.assert_close(result.buffers, mean)
    assert (result.buffers > 0).all()


def test_a_model_without_batch_normalisation_is_refused():
    updates, buffers = sent()
    with pytest.raises(ConfigError, match="bn-guard: the model has no running statistics"):
        guard(updates, buffers, statistics=())
