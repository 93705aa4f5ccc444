import itertools

import numpy as np
import pytest
import torch
from tests.defenses.running import aggregate


def slow_weiszfeld(points, alphas, max_iterations=500, smoothing=1e-5, tolerance=1e-7):
    """Smoothed Weiszfeld on the points themselves, one P-sized average per iteration."""

    def distances_to(z):
        return np.array([np.linalg.norm(p - z) for p in points])

    def average(weights):
        return sum(w * p for w, p in zip(weights, points, strict=True)) / sum(weights)

    median = average(alphas)
    objective = sum(alphas * distances_to(median))
    for iteration in range(1, max_iterations + 1):  # noqa: B007
        previous = objective
        median = average(alphas / np.maximum(smoothing, distances_to(median)))
        objective = sum(alphas * distances_to(median))
        if abs(previous - objective) < tolerance * objective:
            break
    return median, iteration, objective


def test_one_iteration_by_hand():
    # Points 0, 1, 5 with equal shares: mean 2, distances 2, 1, 3, so β ~ 1/2, 1, 1/3, which are
    # 3/11, 6/11, 2/11. z = (6 + 10)/11 = 16/11; objective = (16/11 + 5/11 + 39/11)/3 = 20/11.
    updates = torch.tensor([[0.0], [1.0], [5.0]], dtype=torch.float64)
    result = aggregate("rfa", updates, [4, 4, 4], max_iterations=1)
    np.testing.assert_allclose(result.weights, [3 / 11, 6 / 11, 2 / 11], rtol=1e-14)
    np.testing.assert_allclose(result.update, [16 / 11], rtol=1e-14)
    np.testing.assert_allclose(result.diagnostics["objective"], 20 / 11, rtol=1e-14)
    assert result.diagnostics["iterations"] == 1


def test_shares_of_samples_enter_every_iteration():
    # Points 0 and 4 with shares 3/4 and 1/4: mean 1, distances 1 and 3, β ~ 3/4 and 1/12, which
    # are 9/10 and 1/10: z = 0.4.
    updates = torch.tensor([[0.0], [4.0]], dtype=torch.float64)
    result = aggregate("rfa", updates, [30, 10], max_iterations=1)
    np.testing.assert_allclose(result.weights, [0.9, 0.1], rtol=1e-14)
    np.testing.assert_allclose(result.update, [0.4], rtol=1e-14)


def test_median_of_whole_models_not_per_layer():
    # (0,0), (1,0), (0,1): on the diagonal (t, t) the sum √2·t + 2·√((1-t)² + t²) is least where
    # 6t² - 6t + 1 = 0, t = (3 - √3)/6 = 0.2113 (the Fermat point). The median of each coordinate
    # by itself is (0, 0), the mean (1/3, 1/3).
    updates = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], dtype=torch.float64)
    result = aggregate("rfa", updates, [1, 1, 1], tolerance=0)
    np.testing.assert_allclose(result.update, [(3 - 3**0.5) / 6] * 2, rtol=1e-10)


def test_a_point_with_more_than_half_the_samples_is_the_median():
    # Its pull, α, exceeds what all others can pull together, 1 - α, so the minimum lies on it. The
    # smoothed iteration stops at a distance of the order of `smoothing`.
    updates = torch.tensor([[1.0, 2.0], [9.0, -3.0], [-5.0, 0.0]], dtype=torch.float64)
    result = aggregate("rfa", updates, [60, 20, 20], tolerance=0)
    np.testing.assert_allclose(result.update, [1.0, 2.0], atol=1e-4)


def test_a_far_outlier_moves_the_median_little():
    rng = np.random.default_rng(7)
    updates = rng.normal(size=(9, 20))
    near = aggregate("rfa", torch.from_numpy(updates), [1] * 9).update
    updates[4] *= 1e6
    far = aggregate("rfa", torch.from_numpy(updates), [1] * 9).update
    assert (far - near).norm() < 2
    assert aggregate("no-defense", torch.from_numpy(updates), [1] * 9).update.norm() > 1e5


def test_equal_updates_are_their_own_median():
    updates = torch.full((4, 3), 0.1)
    result = aggregate("rfa", updates, [1, 2, 3, 4])
    np.testing.assert_allclose(result.update, updates[0], rtol=1e-7)
    assert (result.diagnostics["objective"], result.diagnostics["iterations"]) == (0, 1)


def test_one_client_is_its_own_median():
    result = aggregate("rfa", torch.tensor([[0.3, -2.0]]), [5])
    assert torch.equal(result.update, torch.tensor([0.3, -2.0]))


@pytest.mark.parametrize("kind", ["spread", "ties", "outlier", "converged", "heavy"])
def test_matches_weiszfeld_on_the_points(kind):
    rng = np.random.default_rng(8)
    for trial in range(15):
        m, size = int(rng.integers(2, 14)), int(rng.integers(1, 12))
        points = rng.normal(size=(m, size))
        counts = rng.integers(1, 300, size=m)
        if kind == "ties":
            points = rng.integers(-1, 2, size=(m, size)).astype(float)
        elif kind == "outlier":
            points[rng.integers(m)] *= 1e6
        elif kind == "converged":
            points = 100 + 1e-3 * points
        elif kind == "heavy":
            counts[rng.integers(m)] += counts.sum()
        smoothing = (1e-5, 1e-2)[trial % 2]
        expected, iterations, objective = slow_weiszfeld(
            points, counts / counts.sum(), max_iterations=100, smoothing=smoothing
        )
        result = aggregate(
            "rfa", torch.from_numpy(points), counts, max_iterations=100, smoothing=smoothing
        )
        scale = np.median(np.linalg.norm(points - expected, axis=1))
        # A spread of 1e6 costs the distance to a point nearby, 1e-5, up to 1e-16 · 1e6 / 1e-5.
        atol = (1e-5 if kind == "outlier" else 1e-9) * scale
        np.testing.assert_allclose(result.update, expected, rtol=1e-13, atol=atol)
        np.testing.assert_allclose(
            result.diagnostics["objective"], objective, rtol=1e-9, atol=1e-12
        )
        # With all points on one spot the objective is 0 up to rounding, and so is every change.
        if objective > 1e-9:
            assert result.diagnostics["iterations"] == iterations


def test_stops_by_tolerance_or_by_max_iterations():
    updates = torch.from_numpy(np.random.default_rng(9).normal(size=(10, 5)))

    def run(**params):
        return aggregate("rfa", updates, range(1, 11), **params).diagnostics

    counts = [run(tolerance=t)["iterations"] for t in (1e-1, 1e-4, 1e-7, 1e-12)]
    assert counts == sorted(counts)
    assert counts[0] == 1 < counts[1] < counts[-1] < 500
    assert run(tolerance=0, max_iterations=7)["iterations"] == 7
    # The objective never rises (Weiszfeld is a descent method).
    values = [run(tolerance=0, max_iterations=n)["objective"] for n in (1, 2, 5, 20, 100)]
    assert all(b <= a * (1 + 1e-14) for a, b in itertools.pairwise(values))


def test_equal_weights_from_the_origin_by_hand():
    # From 0 the distances are 1, 2 and 4, whatever the counts: weights 1 : 1/2 : 1/4, so
    # z = (1 − 1 + 1) / 1.75. From the mean, 1, they are 0 (counts as 1), 3 and 3.
    points = torch.tensor([[1.0], [-2.0], [4.0]], dtype=torch.float64)
    options = {"max_iterations": 1, "smoothing": 1.0, "weights": "none"}
    zero = aggregate("rfa", points, [1, 5, 9], start="zero", **options)
    np.testing.assert_allclose(zero.update, [1 / 1.75])
    mean = aggregate("rfa", points, [1, 5, 9], **options)
    np.testing.assert_allclose(mean.update, [(1 - 2 / 3 + 4 / 3) / (1 + 2 / 3)])
