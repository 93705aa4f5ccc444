import numpy as np
import pytest
import torch
from tests.defenses.running import aggregate

from edgecase.base.errors import ConfigError


def slow_scores(updates, f):
    """The definition, in plain Python: squared distances to the m - f - 2 nearest others."""
    scores = []
    for i, a in enumerate(updates):
        others = [
            sum((x - y) ** 2 for x, y in zip(a, b, strict=True))
            for j, b in enumerate(updates)
            if j != i
        ]
        scores.append(sum(sorted(others)[: len(updates) - f - 2]))
    return scores


def line(*points):
    return torch.tensor([[float(x)] for x in points])


def test_scores_and_winner_by_hand():
    # m = 5, f = 1: two neighbours each.
    #  0: 1² + 3² = 10      1: 1² + 2² = 5      3: 1² + 2² = 5
    #  4: 1² + 3² = 10     10: 6² + 7² = 85
    # 1 and 3 tie: the lower index wins.
    result = aggregate("krum", line(0, 1, 3, 4, 10), [1, 2, 3, 4, 5])
    np.testing.assert_allclose(result.diagnostics["scores"], [10, 5, 5, 10, 85], rtol=1e-14)
    assert result.weights.tolist() == [0, 1, 0, 0, 0]
    assert result.update.tolist() == [1.0]


def test_multi_krum_averages_the_rest_by_sample_count():
    # Scores as above: 10 is refused; (0·1 + 1·2 + 3·3 + 4·4) / (1 + 2 + 3 + 4) = 2.7.
    result = aggregate("multi-krum", line(0, 1, 3, 4, 10), [1, 2, 3, 4, 5])
    np.testing.assert_allclose(result.weights, [0.1, 0.2, 0.3, 0.4, 0])
    np.testing.assert_allclose(result.update, [2.7], rtol=1e-6)


def test_squares_and_neighbour_count_decide():
    # m = 5, f = 1, two neighbours:
    #           squared        unsquared   squared, three neighbours (m - f - 1)
    #  -2:   4 + 16 = 20       2 + 4 = 6   20 + 49 = 69
    #   0:   4 + 4  = 8        2 + 2 = 4   8 + 25  = 33
    #   2:   4 + 9  = 13       2 + 3 = 5   13 + 9  = 22
    #   5:   0 + 9  = 9        0 + 3 = 3   9 + 25  = 34   (twice)
    # Krum takes 0; unsquared distances would take 5, one neighbour more would take 2.
    result = aggregate("krum", line(-2, 0, 2, 5, 5), [1] * 5)
    np.testing.assert_allclose(result.diagnostics["scores"], [20, 8, 13, 9, 9], rtol=1e-14)
    assert result.update.tolist() == [0.0]


def test_two_byzantine_clients_by_hand():
    # m = 7, f = 2: three neighbours.
    #  0: 1 + 4 + 9 = 14   1: 1 + 1 + 4 = 6   2: 1 + 1 + 4 = 6   3: 1 + 4 + 9 = 14
    #  50: 0 + 47² + 48² = 4513 (twice)       -20: 20² + 21² + 22² = 1325
    updates, counts = line(0, 1, 2, 3, 50, 50, -20), [1, 1, 1, 1, 9, 9, 1]
    expected = [14, 6, 6, 14, 4513, 4513, 1325]
    krum = aggregate("krum", updates, counts, num_byzantine=2)
    np.testing.assert_allclose(krum.diagnostics["scores"], expected, rtol=1e-14)
    assert krum.update.tolist() == [1.0]
    # The two fifties are refused: (0 + 1 + 2 + 3 - 20) / 5 = -2.8.
    multi = aggregate("multi-krum", updates, counts, num_byzantine=2)
    np.testing.assert_allclose(multi.weights, [0.2, 0.2, 0.2, 0.2, 0, 0, 0.2])
    np.testing.assert_allclose(multi.update, [-2.8], rtol=1e-6)


def test_ties_go_to_the_lowest_index():
    updates = torch.ones(6, 3)
    assert aggregate("krum", updates, [1] * 6).weights.tolist() == [1, 0, 0, 0, 0, 0]
    multi = aggregate("multi-krum", updates, [1] * 6)
    assert multi.weights.nonzero().flatten().tolist() == [0, 1, 2, 3, 4]


def test_matches_the_definition_on_random_inputs():
    rng = np.random.default_rng(5)
    for trial in range(90):
        f = int(rng.integers(1, 4))
        m, size = int(rng.integers(2 * f + 3, 15)), int(rng.integers(1, 6))
        if trial % 3 == 0:  # integers: exact sums and many ties
            updates = rng.integers(-3, 4, size=(m, size)).astype(float)
        else:
            updates = rng.normal(size=(m, size))
        if trial % 5 == 0:
            updates[rng.integers(m)] += 1e8
        counts = rng.integers(1, 300, size=m)
        expected = slow_scores(updates.tolist(), f)

        krum = aggregate("krum", torch.from_numpy(updates), counts, num_byzantine=f)
        scores = krum.diagnostics["scores"].numpy()
        np.testing.assert_allclose(scores, expected, rtol=1e-12)
        # Scores that tie in exact arithmetic may differ in the last digit by order of summation;
        # the winner is then the first of those that our scores call lowest.
        winner = scores.tolist().index(min(scores))
        assert expected[winner] <= min(expected) * (1 + 1e-12)
        np.testing.assert_array_equal(krum.update, updates[winner])

        multi = aggregate("multi-krum", torch.from_numpy(updates), counts, num_byzantine=f)
        best = sorted(range(m), key=lambda i: (scores[i], i))[: m - f]
        average = sum(counts[i] * updates[i] for i in best) / sum(counts[i] for i in best)
        np.testing.assert_allclose(
            multi.update, average, rtol=0, atol=1e-13 * np.abs(updates).max()
        )
        assert set(multi.weights.nonzero().flatten().tolist()) == set(best)


def test_winner_with_a_large_common_offset():
    # float32 numbers near 1000, 6e-5 apart: the winner equals that of the same numbers centred.
    rng = np.random.default_rng(6)
    for _ in range(20):
        steps = torch.from_numpy(rng.integers(-8, 9, size=(7, 50))) * 2.0**-13
        result = aggregate("krum", (1000 + steps).float(), [1] * 7)
        expected = slow_scores(steps.tolist(), 1)
        np.testing.assert_allclose(result.diagnostics["scores"], expected, rtol=1e-12)
        assert expected[int(result.weights.argmax())] <= min(expected) * (1 + 1e-12)


@pytest.mark.parametrize("name", ["krum", "multi-krum"])
def test_too_few_clients(name):
    with pytest.raises(ConfigError, match=rf"{name}: a round of 6 clients; allowed: at least 7"):
        aggregate(name, torch.ones(6, 2), [1] * 6, num_byzantine=2)
