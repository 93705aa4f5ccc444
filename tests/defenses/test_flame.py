"""FLAME against hdbscan 0.8.44, a released implementation, and a graph that is walked.

flame.npz holds the models and what FLPoison 368c940 makes of them without noise: clients 0 to 6
honest, 7 and 8 colluding at twice the norm, 9 far. hdbscan_labels.npz: distances and labels, every
fourth with ties.
"""

from pathlib import Path

import numpy as np
import pytest
import torch
from tests.defenses.running import aggregate, drawn, given

from edgecase.base.errors import ConfigError
from edgecase.defenses.flame import majority

DATA = Path(__file__).parent / "data"
MODEL = drawn(1, seed=9)[0] * 30


def flame(updates, model=MODEL, **values):
    return aggregate(
        "flame",
        updates,
        range(1, len(updates) + 1),
        **given(updates) | {"global_model": model},
        **{"noise_factor": 0} | values,
    )


def walked(distances):
    """The component that first has more than half, by trying every height in turn."""
    m = len(distances)
    for height in np.unique(distances[np.triu_indices(m, 1)]):
        for start in range(m):
            component, new = {start}, {start}
            while new:
                near = {j for i in new for j in range(m) if distances[i, j] <= height}
                new = near - component
                component |= new
            if len(component) > m // 2:
                return [i in component for i in range(m)]
    raise AssertionError


def test_the_majority_is_the_one_that_hdbscan_labels():
    with np.load(DATA / "hdbscan_labels.npz") as arrays:
        cases = list(zip(arrays["D"], arrays["labels"], arrays["m"], strict=True))
    for padded, labels, m in cases:
        distances = padded[:m, :m].astype(float)
        kept = majority(torch.from_numpy(distances)).tolist()
        assert kept == (labels[:m] >= 0).tolist() == walked(distances)


def test_the_majority_with_ties_of_few_clients():
    rng = np.random.default_rng(0)
    for _ in range(60):
        distances = rng.integers(1, 5, (m := rng.integers(3, 8), m)).astype(float)
        distances = np.triu(distances, 1) + np.triu(distances, 1).T
        assert majority(torch.from_numpy(distances)).tolist() == walked(distances)


def test_models_and_updates_as_released():
    with np.load(DATA / "flame.npz") as arrays:
        case = {key: torch.from_numpy(arrays[key]) for key in arrays}
    result = flame(case["U"], case["G"])
    assert torch.equal(result.accepted, case["kept_models"])
    np.testing.assert_allclose(result.update, case["step"], rtol=0, atol=2e-7)
    directions = flame(case["U"], case["G"], space="updates")
    assert torch.equal(directions.accepted, case["kept_updates"])


def test_cosines_of_models_keep_their_digits_in_float32():
    """Against float64 models, whose norm is 3000 times that of the updates."""
    updates = drawn(11, 400)
    model = drawn(1, 400, seed=3)[0] * 3000
    models = model.double() + updates.double()
    unit = (models.to(torch.float64) / models.norm(dim=1, keepdim=True)).numpy()
    apart = ((unit[:, None] - unit[None]) ** 2).sum(-1) / 2
    assert flame(updates, model).accepted.tolist() == walked(apart)


def test_the_last_layer_alone_decides_where_it_is_asked():
    """Clients 0 to 4 agree there, and differ elsewhere; the others the other way round."""
    updates = drawn(9)
    updates[:5, 28:] = 1 + updates[:5, 28:] / 100
    updates[5:, :28] = 1 + updates[5:, :28] / 100
    kept = flame(updates, torch.zeros(40), space="last-layer").accepted
    assert kept.tolist() == [True] * 5 + [False] * 4


def test_scale_and_order():
    updates = drawn(10)
    scaled = updates * torch.logspace(-2, 2, 10)[:, None]
    first, second = (flame(rows, space="updates").accepted for rows in (updates, scaled))
    assert torch.equal(first, second)
    assert flame(scaled).update.norm() <= scaled.norm(dim=1).quantile(0.5)
    assert 5 < first.sum() <= 10
    idle = torch.cat([torch.zeros(2, 40), updates[:1].expand(5, -1)])
    assert flame(idle, space="updates").accepted.tolist() == [False] * 2 + [True] * 5


def test_the_bound_is_the_median_of_all_and_the_noise_follows_it():
    # Norms 1, 2, 3, 50: median 2.5. The nearest three are kept; 3 is cut to 2.5.
    updates = torch.tensor([[1.0, 0.0], [2.0, 0.0], [3.0, 0.0], [0.0, 50.0]])
    result = flame(updates, torch.tensor([9.0, 9.0]))
    assert result.accepted.tolist() == [True, True, True, False]
    np.testing.assert_allclose(result.update, [(1 + 2 + 2.5) / 3, 0.0])
    np.testing.assert_allclose(result.clip_factors, [1, 1, 2.5 / 3, 1])
    counted = flame(updates, torch.tensor([9.0, 9.0]), weights="samples")
    np.testing.assert_allclose(counted.update, [(1 + 4 + 7.5) / 6, 0.0])
    many = drawn(5, 40_000)
    noisy = flame(many, torch.ones(40_000), noise_factor=0.01)
    assert noisy.noise.std() == pytest.approx(0.01 * many.norm(dim=1).median().item(), rel=0.02)


def test_it_needs_the_model_and_the_layer():
    with pytest.raises(ConfigError, match="flame: global_model is missing"):
        aggregate("flame", drawn(), [1] * 9, noise_factor=0)
    with pytest.raises(ConfigError, match="flame: the model says of no layer"):
        aggregate("flame", drawn(), [1] * 9, global_model=MODEL, space="last-layer")
