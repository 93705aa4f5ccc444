"""RLR against the authors' program (TinfoilHat0 20b8f84; data/rlr.npz) and by hand.

The updates have columns of zeros, and one client at 1000 times the length.
"""

from pathlib import Path

import numpy as np
import torch
from tests.defenses.running import aggregate, drawn

from edgecase import defenses

DATA = Path(__file__).parent / "data"


def test_steps_of_the_authors():
    with np.load(DATA / "rlr.npz") as arrays:
        case = {key: torch.from_numpy(arrays[key]) for key in arrays}
    updates, counts = case["updates"], case["num_samples"]
    for step, rows, values in (
        ("step_avg_theta4", 10, {"theta": 4}),
        ("step_avg_theta8", 10, {"theta": 8}),
        ("step_avg_m9_theta4", 9, {"theta": 4}),
        ("step_median_theta4", 10, {"theta": 4, "base": "median"}),
    ):
        found = aggregate("rlr", updates[:rows], counts[:rows], **values).update
        np.testing.assert_allclose(found, case[step], rtol=0, atol=2e-5)


def test_by_hand():
    """Votes 3, 1, 1 (a zero does not vote) and −3 of three clients with 1, 1 and 2 samples."""
    updates = torch.tensor([[1.0, 4.0, 0.0, -1.0], [1.0, -4.0, -8.0, -1.0], [1.0, 8.0, 8.0, -3.0]])
    updates[1, 2] = 0.0
    mean = [1.0, 4.0, 4.0, -2.0]
    result = aggregate("rlr", updates, [1, 1, 2], theta=1)
    assert result.update.tolist() == mean
    result = aggregate("rlr", updates, [1, 1, 2], theta=2)
    assert result.update.tolist() == [1.0, -4.0, -4.0, -2.0]
    assert result.accepted.all()
    assert result.diagnostics["turned_share"] == 0.5


def test_length_has_no_vote_and_the_step_no_other_length():
    updates = drawn(9)
    signs = aggregate("rlr", updates, [1] * 9, theta=3).update.sign()
    mean = aggregate("no-defense", updates, [1] * 9).update
    louder = updates * torch.tensor([[1000.0]] + [[1.0]] * 8)
    loud = aggregate("rlr", louder, [1] * 9, theta=3).update
    loud_mean = aggregate("no-defense", louder, [1] * 9).update
    assert torch.equal(signs * mean.sign(), loud.sign() * loud_mean.sign())
    assert torch.equal(loud.abs(), loud_mean.abs())


def test_theta_is_at_most_the_clients_of_a_round():
    assert defenses.validate("rlr", {"theta": 5}, 5) == []
    (problem,) = defenses.validate("rlr", {"theta": 5}, 4)
    assert "theta = 5; allowed: at least 5 clients" in problem
    assert "theta: is missing" in defenses.validate("rlr", {})[0]
