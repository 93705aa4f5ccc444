"""MultiMetrics against the released function (siquanhuang/Multi-metrics 5cd027e) and its formula.

multi_metrics.npz: models W, the global one w, sample counts n, who was kept, and the new model.
outlier10: client 0 at ten times the length; pair: clients 0 and 1 nearly equal; twenty: 20 clients.
"""

from pathlib import Path

import numpy as np
import pytest
import torch
from tests.defenses.running import aggregate, drawn

DATA = Path(__file__).parent / "data"
MODEL = drawn(1, seed=9)[0] * 30


def chosen(updates, counts=None, **values):
    counts = [1] * len(updates) if counts is None else counts
    return aggregate("multi-metrics", updates, counts, **{"global_model": MODEL} | values)


def scores(vectors):
    """x_iᵀ Σ⁻¹ x_i, written down once more."""
    rows = []
    for a in vectors:
        others = [b for b in vectors if b is not a]
        cosines = [a @ b / np.linalg.norm(a) / np.linalg.norm(b) for b in others]
        rows.append(
            [
                sum((1 - c) ** 2 for c in cosines),
                sum(np.abs(a - b).sum() for b in others),
                sum(abs(np.linalg.norm(a) - np.linalg.norm(b)) for b in others),
            ]
        )
    rows = np.array(rows)
    inverse = np.linalg.inv(np.cov(rows.T))
    return np.array([row @ inverse @ row for row in rows])


@pytest.mark.parametrize("kind", ["outlier10", "pair", "twenty"])
def test_the_released_function_keeps_the_same(kind):
    with np.load(DATA / "multi_metrics.npz") as arrays:
        models, model, counts, after, kept = (
            arrays[f"{kind}_{k}"] for k in ("W", "w", "n", "out", "kept")
        )
    updates = torch.from_numpy(models).double() - torch.from_numpy(model).double()
    result = chosen(updates, counts, global_model=torch.from_numpy(model))
    assert result.accepted.nonzero().flatten().tolist() == sorted(kept)
    np.testing.assert_allclose(model + result.update.numpy(), after, rtol=0, atol=5e-7)
    if kind == "pair":
        assert result.accepted[:2].all()


@pytest.mark.parametrize("space", ["models", "updates"])
def test_scores_by_the_formula(space):
    updates = drawn(8, dtype=torch.float64) * torch.linspace(1, 3, 8)[:, None]
    result = chosen(updates, space=space)
    vectors = (updates + MODEL if space == "models" else updates).numpy()
    expected = scores(list(vectors))
    np.testing.assert_allclose(result.diagnostics["scores"], expected, rtol=1e-6)
    assert set(expected[result.accepted]) == set(np.sort(expected)[:2])


def test_how_many_are_kept_and_what_they_count():
    updates = drawn(10)
    for share, kept in ((0.3, 3), (0.29, 2), (0.7, 7)):
        assert chosen(updates, share=share).accepted.sum() == kept
    counts = torch.arange(1.0, 11)
    result = chosen(updates, counts)
    own = counts * result.accepted
    np.testing.assert_allclose(result.weights, own / own.sum())
    alike = chosen(updates, counts, weights="equal").weights
    np.testing.assert_allclose(alike[result.accepted], [1 / 3] * 3)


def test_scaling_all_models_keeps_the_same_clients():
    updates = drawn(12)
    scaled = chosen(updates * 1e-3, global_model=MODEL * 1e-3)
    assert torch.equal(scaled.accepted, chosen(updates).accepted)


def test_where_nobody_can_be_told_apart_everybody_is_kept():
    """Equal models; and updates at right angles and of one length, whose sums are all alike."""
    assert chosen(drawn(1).expand(6, -1)).accepted.all()
    assert chosen(torch.eye(6, 40), space="updates").accepted.all()


@pytest.mark.parametrize("length", [1e5, 1e7, 1e9])
def test_an_update_of_any_length_hides_nobody(length):
    """Scores of 80 digits for a length of 10⁷; the others differ from them by less than 10⁻⁴."""
    rows = np.random.default_rng(0).normal(size=(3, 3)).astype(np.float32)
    updates = torch.from_numpy(np.vstack([rows, np.full((1, 3), length, dtype=np.float32)]))
    result = chosen(updates, global_model=torch.ones(3))
    assert result.accepted.tolist() == [True, False, False, False]
    expected = torch.tensor([9.876, 11.490, 25.739, 21.701], dtype=torch.float64)
    torch.testing.assert_close(result.diagnostics["scores"], expected, rtol=1e-3, atol=0)
