"""The rules beyond the paper against published implementations (data/*.npz) and their definitions.

coordinate: flwr 1.42.0. centered_clipping: epfml's optimizer 288417f over three rounds. fltrust:
the authors' program, FelixWho/MXNet-LEAF 1c2f7d2.
"""

from pathlib import Path

import numpy as np
import pytest
import torch
from tests.defenses.running import aggregate, drawn

from edgecase.base.errors import ConfigError

DATA = Path(__file__).parent / "data"


def oracle(name):
    with np.load(DATA / f"{name}.npz") as arrays:
        return {key: torch.from_numpy(arrays[key]) for key in arrays}


@pytest.mark.parametrize("kind", ["plain", "ties", "outlier", "equal"])
@pytest.mark.parametrize("m", [10, 11])
def test_median_is_that_of_flwr_and_numpy(kind, m):
    case = oracle("coordinate")
    updates = case[f"{kind}_m{m}_U"]
    result = aggregate("median", updates, range(1, m + 1))
    assert torch.equal(result.update, case[f"{kind}_m{m}_median_mid"])
    np.testing.assert_array_equal(result.update, np.median(updates, axis=0))


def test_median_by_hand():
    # 1, 2, 4, 100: the mean of 2 and 4. A client that sends 100 is one of four, not refused.
    updates = torch.tensor([[100.0, 5.0], [2.0, 5.0], [1.0, 5.0], [4.0, -1.0]])
    result = aggregate("median", updates, [1, 1, 1, 97])
    assert result.update.tolist() == [3.0, 5.0]
    assert result.accepted.all()
    assert result.weights is None
    shifted = aggregate("median", updates + 8, [1, 1, 1, 97]).update
    assert shifted.tolist() == [11.0, 13.0]
    assert aggregate("median", updates[:1], [1]).update.tolist() == [100.0, 5.0]


def test_median_stays_within_the_honest_clients_whatever_a_minority_sends():
    honest = drawn(5)
    for attackers in (drawn(4, seed=1) * 1e30, torch.full((4, 40), -1e30)):
        update = aggregate("median", torch.cat([attackers, honest]), [1] * 9).update
        assert (update >= honest.min(dim=0).values).all()
        assert (update <= honest.max(dim=0).values).all()


@pytest.mark.parametrize("bound", [0.1, 1.0, 10.0])
@pytest.mark.parametrize("steps", [1, 3])
def test_centered_clipping_over_three_rounds(bound, steps):
    case, memory = oracle("centered_clipping"), {}
    for round in range(3):
        updates = case[f"round{round}_U"]
        result = aggregate(
            "centered-clipping", updates, [1] * 10, memory=memory, norm_bound=bound, steps=steps
        )
        expected = case[f"tau{bound}_it{steps}_round{round}"]
        np.testing.assert_allclose(result.update, expected, rtol=1e-4, atol=2e-6)
        memory = result.memory


def test_centered_clipping_by_hand():
    # Distances 10 and 2 from 0: factors 1/5 and 1, so v = (2 + 2)/2 = 2. From 2: 8 and 0, so
    # v = 2 + (8 · 1/4 + 0)/2 = 3. With a huge bound it is the mean, wherever it starts.
    updates = torch.tensor([[10.0], [2.0]], dtype=torch.float64)
    first = aggregate("centered-clipping", updates, [1, 9], norm_bound=2)
    assert first.update.tolist() == [2.0]
    assert first.clip_factors.tolist() == [0.2, 1.0]
    second = aggregate("centered-clipping", updates, [1, 9], norm_bound=2, memory=first.memory)
    assert second.update.tolist() == [3.0]
    wide = aggregate("centered-clipping", updates, [1, 9], norm_bound=1e5, memory=first.memory)
    np.testing.assert_allclose(wide.update, [6.0])


@pytest.mark.parametrize("kind", ["mixed", "outlier", "equal", "all_negative", "one_zero"])
def test_fltrust_is_the_authors(kind):
    case = oracle("fltrust")
    result = aggregate(
        "fltrust",
        case[f"updates_{kind}"],
        range(1, 11),
        root_update=case["root"],
        root_samples=100,
    )
    np.testing.assert_allclose(result.update, case[f"step_{kind}"], rtol=0, atol=1e-6)
    along = case[f"updates_{kind}"].double() @ case["root"].double() > 0
    assert torch.equal(result.accepted, along)


def test_fltrust_by_hand():
    # Cosines with (2, 0): 1, 0.6 and −1. The first two, at length 2, are (2, 0) and (1.2, 1.6);
    # weighted 1 : 0.6 they give (2 + 0.72, 0.96)/1.6.
    updates = torch.tensor([[5.0, 0.0], [3.0, 4.0], [-7.0, 0.0]], dtype=torch.float64)
    root = torch.tensor([2.0, 0.0], dtype=torch.float64)
    result = aggregate("fltrust", updates, [1, 2, 3], root_update=root, root_samples=1)
    np.testing.assert_allclose(result.update, [2.72 / 1.6, 0.96 / 1.6])
    assert result.accepted.tolist() == [True, True, False]
    np.testing.assert_allclose(result.clip_factors, [2 / 5, 2 / 5, 2 / 7])
    half = aggregate("fltrust", updates, [1, 2, 3], root_update=root, root_samples=1, alpha=0.5)
    np.testing.assert_allclose(half.update, result.update / 2)
    louder = updates * torch.tensor([[1000.0], [1.0], [1.0]])
    again = aggregate("fltrust", louder, [1, 2, 3], root_update=root, root_samples=1)
    np.testing.assert_allclose(again.update, result.update)


@pytest.mark.parametrize("sent", [-1.0, 0.0])
def test_fltrust_leaves_the_model_where_nobody_is_trusted(sent):
    updates, root = torch.full((3, 2), sent), torch.ones(2)
    result = aggregate("fltrust", updates, [1, 1, 1], root_update=root, root_samples=1)
    assert not result.update.any()
    assert not result.accepted.any()
    still = aggregate("fltrust", root.expand(3, 2), [1] * 3, root_update=0 * root, root_samples=1)
    assert not still.update.any()


def test_fltrust_needs_the_servers_update():
    with pytest.raises(ConfigError, match="fltrust: root_update is missing"):
        aggregate("fltrust", torch.ones(3, 2), [1, 1, 1], root_samples=1)
