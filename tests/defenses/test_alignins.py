"""AlignIns against the released function (JiiahaoXU/AlignIns aff6126) and by hand.

alignins.npz: updates U, the global model w, sample counts n, who was kept (−1 fills up), and the
step. outlier20: client 0 at twenty times the length; loose: both limits 2; ties: equal numbers.
"""

from pathlib import Path

import numpy as np
import pytest
import torch
from tests.defenses.running import aggregate, drawn

DATA = Path(__file__).parent / "data"
MODEL = drawn(1, seed=9)[0]


def aligned(updates, counts=None, **values):
    counts = [1] * len(updates) if counts is None else counts
    return aggregate("alignins", updates, counts, **{"global_model": MODEL} | values)


@pytest.mark.parametrize("kind", ["outlier20", "loose", "ties"])
def test_the_released_function_makes_the_same_step(kind):
    with np.load(DATA / "alignins.npz") as arrays:
        updates, model, counts, step, kept = (
            arrays[f"{kind}_{k}"] for k in ("U", "w", "n", "out", "kept")
        )
    limits = {"sign_limit": 2.0, "direction_limit": 2.0} if kind == "loose" else {}
    result = aligned(
        torch.from_numpy(updates), counts, global_model=torch.from_numpy(model), **limits
    )
    assert result.accepted.nonzero().flatten().tolist() == sorted(kept[kept >= 0])
    np.testing.assert_allclose(result.update, step, rtol=0, atol=1e-6)


def test_by_hand():
    """Of four coordinates each client is asked for its largest one. The votes are + + − and a tie,
    with which the fourth client's −4 does not agree; the fifth is against the first vote.
    """
    updates = torch.tensor(
        [
            [4.0, 3.0, 0.0, 0.0],
            [3.0, 4.0, 0.0, 0.0],
            [0.0, 0.0, -4.0, 3.0],
            [0.0, 3.0, 0.0, -4.0],
            [-1.0, 0.0, 0.0, 0.0],
        ]
    )
    model = torch.tensor([1.0, 0, 0, 0])
    result = aligned(updates, global_model=model, sparsity=0.25, sign_limit=9, direction_limit=9)
    assert result.diagnostics["agreement"].tolist() == [1, 1, 1, 0, 0]
    np.testing.assert_allclose(result.diagnostics["directions"], [0.8, 0.6, 0, 0, -1], atol=1e-15)
    # Deviation of the cosines 0.634 around 0.08: z of the median 0 is 0.8/0.634 = 1.26 and −1/0.634
    # = 1.58 at the ends.
    cut = aligned(updates, global_model=model, sign_limit=9, direction_limit=1)
    assert cut.accepted.tolist() == [False, True, True, True, False]
    # Norms 5, 5, 5: the lower median; all stay.
    np.testing.assert_allclose(cut.update, updates[1:4].mean(dim=0))


def test_length_changes_no_decision_and_is_clipped():
    updates, scale = drawn(10), torch.ones(10, 1)
    before = aligned(updates)
    scale[int(before.accepted.nonzero()[0])] = 1000
    after = aligned(updates * scale)
    assert torch.equal(after.accepted, before.accepted)
    assert after.update.norm() <= updates.norm(dim=1).max()


def test_equal_updates_leave_the_model_or_are_kept():
    updates = drawn(1).expand(7, -1)
    result = aligned(updates)
    assert not result.update.any()
    assert not result.accepted.any()
    assert not result.weights.any()
    kept = aligned(updates, equal="keep")
    np.testing.assert_allclose(kept.update, updates[0], atol=1e-6)
    assert not aligned(torch.zeros(5, 40)).update.any()


def test_the_kept_count_by_their_samples_or_alike():
    updates, counts = drawn(10), torch.arange(1.0, 11)
    result = aligned(updates, counts)
    own = counts * result.accepted
    np.testing.assert_allclose(result.weights, own / own.sum())
    alike = aligned(updates, counts, weights="equal").weights
    assert len(set(alike[result.accepted].tolist())) == 1
