"""FoolsGold against released functions (data/foolsgold.npz) and by hand.

graded: the authors' function for regressions, ML/code/model_aggregator.py of FoolsGold 0aa5511. The
rounds: AI-secure/DBA 3cabf7e, which keeps the history by client; 10 of 16 clients in each of five
rounds, and columns 150 to 189 as the last layer's matrix.
"""

from pathlib import Path

import numpy as np
import pytest
import torch
from tests.defenses.running import aggregate, drawn

from edgecase.base.errors import ConfigError
from edgecase.defenses.last_layer import LastLayer

DATA = Path(__file__).parent / "data"
LAYER = LastLayer(slice(150, 190), slice(190, 200), classes=4)


@pytest.fixture(scope="module")
def case():
    with np.load(DATA / "foolsgold.npz") as arrays:
        return {key: torch.from_numpy(arrays[key]) for key in arrays}


def foolsgold(updates, **values):
    return aggregate("foolsgold", updates, range(1, len(updates) + 1), **values)


def test_weights_and_sum_of_the_authors(case):
    result = foolsgold(case["graded"], features="all", scale="sum")
    np.testing.assert_allclose(result.diagnostics["trust"], case["graded_w"], rtol=0, atol=1e-9)
    np.testing.assert_allclose(result.update, case["graded_sum"], rtol=1e-6, atol=1e-6)
    louder = case["graded"] * torch.tensor([1.0] * 9 + [1000.0])[:, None]
    again = foolsgold(louder, features="all").diagnostics["trust"]
    np.testing.assert_allclose(again, result.diagnostics["trust"], rtol=0, atol=1e-9)


def test_five_rounds_by_client(case):
    memory = {}
    for round, ids in enumerate(case["client_ids"].tolist()):
        updates, more = case["updates"][round], {"epsilon": 0, "last_layer": LAYER}
        result = foolsgold(updates, memory=memory, client_ids=ids, **more)
        trust = result.diagnostics["trust"]
        np.testing.assert_allclose(trust, case["weights_memory"][round], rtol=0, atol=1e-9)
        np.testing.assert_allclose(result.update, case["step_memory"][round], atol=1e-6)
        assert torch.equal(result.accepted, trust > 0)
        alone = foolsgold(updates, history="none", **more)
        expected = case["weights_no_memory"][round]
        np.testing.assert_allclose(alone.diagnostics["trust"], expected, rtol=0, atol=1e-9)
        assert not alone.memory
        memory = result.memory


def test_a_history_is_the_sum_of_what_its_client_sent():
    first, second = drawn(3, seed=1), drawn(2, seed=2)
    after = foolsgold(first, features="all", client_ids=(4, -1, 9)).memory
    memory = foolsgold(second, features="all", client_ids=(-1, 6), memory=after).memory
    assert memory["clients"].tolist() == [4, -1, 9, 6]
    expected = torch.stack([first[0], first[1] + second[0], first[2], second[1]])
    np.testing.assert_allclose(memory["history"], expected, rtol=1e-6)
    assert torch.equal(after["history"], first.double())


def test_equal_clients_get_nothing_and_a_lone_one_everything():
    """Two of six send the same: 0 for them. Four who agree beside one who differs: 1 for it."""
    updates = drawn(6, 4000)
    updates[1] = updates[0]
    trust = foolsgold(updates, features="all").diagnostics["trust"]
    assert trust[:2].tolist() == [0, 0]
    assert trust[2:].min() == 1
    agreeing = drawn(1, 4000, seed=3) + drawn(4, 4000) / 3
    lone = torch.cat([drawn(1, 4000, seed=5), agreeing])
    assert foolsgold(lone, features="all").diagnostics["trust"].tolist() == [1, 0, 0, 0, 0]


def test_who_is_alike_or_idle_is_not_divided_by_zero():
    alike = foolsgold(drawn(1).expand(5, -1), features="all", epsilon=0)
    assert alike.diagnostics["trust"].tolist() == [1] * 5
    idle = torch.cat([torch.zeros(1, 40), drawn(4)])
    assert foolsgold(idle, features="all", epsilon=0).diagnostics["trust"][0] == 1


def test_scales_and_shortening():
    updates = drawn(4) * torch.tensor([[0.01], [1.0], [2.0], [3.0]])
    total = foolsgold(updates, features="all", scale="sum")
    trust = total.diagnostics["trust"]
    mean = foolsgold(updates, features="all").update
    np.testing.assert_allclose(mean, total.update / 4, rtol=1e-5, atol=1e-7)
    shares = foolsgold(updates, features="all", scale="normalised").update
    np.testing.assert_allclose(shares, total.update / trust.sum(), rtol=1e-5, atol=1e-7)
    cut = foolsgold(updates, features="all", scale="sum", shorten=1.0)
    units = updates / updates.norm(dim=1).clamp(min=1)[:, None]
    np.testing.assert_allclose(cut.memory["history"], units, rtol=1e-5, atol=1e-7)
    expected = (cut.diagnostics["trust"].float()[:, None] * units).sum(dim=0)
    np.testing.assert_allclose(cut.update, expected, atol=1e-5)


def test_it_needs_the_last_layer():
    with pytest.raises(ConfigError, match="foolsgold: the model says of no layer"):
        foolsgold(drawn())
