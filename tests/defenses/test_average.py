import numpy as np
import torch
from tests.defenses.running import aggregate


def test_weights_are_the_shares_of_samples():
    # n = (1, 3): shares 1/4 and 3/4; (4·1/4 + 8·3/4, 0·1/4 + 4·3/4) = (7, 3).
    result = aggregate("no-defense", torch.tensor([[4.0, 0.0], [8.0, 4.0]]), [1, 3])
    assert result.update.tolist() == [7.0, 3.0]
    assert result.weights.tolist() == [0.25, 0.75]
    assert result.clip_factors.tolist() == [1.0, 1.0]
    assert result.noise is None
    # ‖(4, 0)‖ = 4, ‖(8, 4)‖ = √80.
    np.testing.assert_allclose(result.diagnostics["norms"], [4.0, 80**0.5], rtol=1e-15)


def test_one_client_is_returned_bit_for_bit():
    update = torch.randn(1, 50, generator=torch.Generator().manual_seed(3))
    assert torch.equal(aggregate("no-defense", update, [7]).update, update[0])


def test_matches_a_slow_loop():
    rng = np.random.default_rng(0)
    for _ in range(30):
        m, size = rng.integers(1, 12), rng.integers(1, 30)
        updates = rng.normal(size=(m, size)) * 10.0 ** rng.integers(-6, 6)
        counts = rng.integers(1, 500, size=m)
        expected = [
            sum(float(n) * float(u) for n, u in zip(counts, column, strict=True)) / counts.sum()
            for column in updates.T
        ]
        result = aggregate("no-defense", torch.from_numpy(updates), counts)
        np.testing.assert_allclose(
            result.update, expected, rtol=0, atol=1e-14 * np.abs(updates).max()
        )
