import math
from fractions import Fraction

import numpy as np
import pytest
import torch

from edgecase.defenses import distances
from edgecase.defenses.distances import row_norms, squared_distances, weighted_sum


def exact_squared_distances(rows):
    """The same in rational arithmetic: no rounding but the last."""
    exact = [[Fraction(x) for x in row] for row in rows.tolist()]
    return [
        [float(sum((x - y) ** 2 for x, y in zip(a, b, strict=True))) for b in exact] for a in exact
    ]


def test_distances_by_hand():
    # (0,0), (3,4), (0,4): 3² + 4² = 25; 4² = 16; 3² = 9.
    rows = torch.tensor([[0.0, 0.0], [3.0, 4.0], [0.0, 4.0]])
    assert squared_distances(rows).tolist() == [[0, 25, 16], [25, 0, 9], [16, 9, 0]]
    assert row_norms(rows).tolist() == [0, 5, 4]


def test_one_row_has_no_pairs():
    assert squared_distances(torch.ones(1, 3)).tolist() == [[0.0]]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16, torch.bfloat16])
def test_blocks_of_any_size_give_the_same(monkeypatch, dtype):
    rows = torch.randn(4, 37, generator=torch.Generator().manual_seed(0)).to(dtype)
    whole, norms = squared_distances(rows), row_norms(rows)
    weights = torch.tensor([0.1, 0.2, 0.3, 0.4], dtype=torch.float64)
    total = weighted_sum(rows, weights)
    exact = exact_squared_distances(rows)
    for elements in (1, 4 * 5, 4 * 36, 4 * 37):
        monkeypatch.setattr(distances, "_BLOCK", elements)
        np.testing.assert_allclose(squared_distances(rows), exact, rtol=1e-13)
        np.testing.assert_allclose(row_norms(rows), norms, rtol=1e-14)
        np.testing.assert_allclose(weighted_sum(rows, weights), total, rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(whole, exact, rtol=1e-13)


def test_near_convergence_keeps_its_digits():
    # Clients within 1e-3 of each other, 1000 away from the origin, one 1e9 away: both Gram matrices
    # that could replace the differences lose what Krum and the median compare.
    rng = np.random.default_rng(2)
    rows = torch.from_numpy(1000 + 1e-3 * rng.normal(size=(8, 40))).float()
    rows[5] = 1e9 * torch.from_numpy(rng.normal(size=40)).float()
    exact = np.array(exact_squared_distances(rows))
    np.testing.assert_allclose(squared_distances(rows), exact, rtol=1e-13)

    near = np.ix_(*[[0, 1, 2, 3, 4, 6, 7]] * 2)
    for points in (rows, rows.double() - rows.double().mean(dim=0)):
        gram = points @ points.T
        by_gram = gram.diagonal()[:, None] + gram.diagonal() - 2 * gram
        assert np.abs(by_gram.numpy() - exact)[near].max() > exact[near].max()


def test_equal_rows_have_equal_distances_exactly():
    rows = torch.randn(6, 3000, generator=torch.Generator().manual_seed(4))
    rows[4] = rows[1]
    squared = squared_distances(rows)
    assert squared[1, 4] == 0
    others = [0, 2, 3, 5]
    assert torch.equal(squared[1, others], squared[4, others])
    assert torch.equal(squared, squared.T)


def test_norms_of_float32_extremes():
    rows = torch.tensor([[3e38, 3e38], [1e-38, 0.0]])
    expected = [math.hypot(*row) for row in rows.tolist()]
    np.testing.assert_allclose(row_norms(rows), expected, rtol=1e-14)


def test_a_sum_adds_row_after_row(monkeypatch):
    """Each product and each sum rounded to float64, noise before the last rounding."""
    monkeypatch.setattr(distances, "_BLOCK", 15)
    rows, noise = torch.randn(4, 50, generator=torch.Generator().manual_seed(5)).split([3, 1])
    weights = torch.tensor([0.1, 0.7, 0.2], dtype=torch.float64)
    expected = [
        ((0.0 + 0.1 * a) + 0.7 * b) + 0.2 * c for a, b, c in zip(*rows.tolist(), strict=True)
    ]
    assert weighted_sum(rows, weights).tolist() == expected
    moved = torch.tensor(expected, dtype=torch.float64) + noise[0]
    assert torch.equal(weighted_sum(rows, weights, torch.float32, noise[0]), moved.float())
