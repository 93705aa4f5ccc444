"""FedGrad against five rounds of the authors' program (FedGrad_Backdoor_Attack e98a682), by hand.

fedgrad.npz: the last layers G of the global model and U of the updates, 10 of 12 clients a round.
"""

from pathlib import Path

import numpy as np
import pytest
import torch
from tests.defenses.running import aggregate, drawn, given

from edgecase.base.errors import ConfigError
from edgecase.defenses.last_layer import LastLayer

DATA = Path(__file__).parent / "data"
LAYER = LastLayer(slice(0, 160), slice(160, 170), classes=10)


@pytest.fixture(scope="module")
def case():
    with np.load(DATA / "fedgrad.npz") as arrays:
        return {key: torch.from_numpy(arrays[key]) for key in arrays}


def fedgrad(updates, counts=None, **others):
    counts = [1] * len(updates) if counts is None else counts
    return aggregate("fedgrad", updates, counts, **given(updates) | others)


def rounds(case, count=5, memory=None, first=0, **values):
    """The aggregates of the rounds from `first` on."""
    found = []
    for updates, ids in list(zip(case["U"], case["ids"].tolist(), strict=True))[first:count]:
        seen = {"global_model": case["G"], "last_layer": LAYER, "client_ids": ids}
        found.append(fedgrad(updates, memory=memory, **seen, **values))
        memory = found[-1].memory
    return found


def test_five_rounds_of_the_authors(case):
    found = rounds(case)
    for round, result in enumerate(found):
        scores = result.diagnostics["scores"]
        np.testing.assert_allclose(scores, case["scores"][round], rtol=0, atol=2e-6)
        assert torch.equal(~result.accepted, case["soft"][round])
    memory = found[-1].memory
    order = memory["clients"].argsort()
    for name in ("pair_weights", "pair_biases"):
        means = memory[name][order][:, order]
        np.testing.assert_allclose(means, case[name], rtol=0, atol=2e-6)


def test_the_second_filter_flags_more_from_its_round_on(case):
    early, late = rounds(case), rounds(case, switch_round=3)
    for round in (0, 1):
        assert torch.equal(early[round].update, late[round].update)
    for before, after in zip(early[2:], late[2:], strict=True):
        assert not (after.accepted & ~before.accepted).any()
    assert sum(result.accepted.sum() for result in late[2:]) < sum(
        result.accepted.sum() for result in early[2:]
    )


@pytest.mark.parametrize("trust", [False, True])
def test_a_run_that_goes_on_is_the_run_that_went_through(case, trust):
    values = {"switch_round": 2, "trust": trust}
    through = rounds(case, **values)
    half = rounds(case, 3, **values)[-1].memory
    for result, again in zip(
        through[3:], rounds(case, memory=half, first=3, **values), strict=True
    ):
        assert torch.equal(result.update, again.update)


def test_trust_pardons_who_was_kept(case):
    """With a record of many kept rounds everybody is pardoned, until nobody is flagged: then the
    soft filter stands."""
    last = rounds(case, 4, switch_round=2, trust=True)[-1].memory
    good = last | {"trust": last["rounds"] + 0.5}
    (result,) = rounds(case, 5, memory=good, first=4, switch_round=2, trust=True)
    assert torch.equal(~result.accepted, result.diagnostics["soft"])
    flagged = good | {"trust": 0 * good["trust"]}
    (strict,) = rounds(case, 5, memory=flagged, first=4, switch_round=2, trust=True)
    (without,) = rounds(case, 5, memory=last, first=4, switch_round=2)
    assert torch.equal(strict.accepted, without.accepted)


def test_scores_by_the_formula():
    """cos(d_i, ū) in the last layer, ū by sample count, scaled to [0, 1]."""
    updates, counts = drawn(8, dtype=torch.float64), torch.arange(1.0, 9, dtype=torch.float64)
    result = fedgrad(updates, counts)
    layer = updates[:, 28:37].numpy()
    mean = np.average(layer, axis=0, weights=counts)
    cosines = [
        (row - mean) @ mean / np.linalg.norm(row - mean) / np.linalg.norm(mean) for row in layer
    ]
    scaled = (np.array(cosines) - min(cosines)) / (max(cosines) - min(cosines))
    np.testing.assert_allclose(result.diagnostics["scores"], scaled, rtol=1e-9)
    kept = scaled <= min(0.5, np.median(scaled))
    assert result.accepted.tolist() == kept.tolist()
    assert kept.sum() <= 4
    expected = np.average(updates[kept], axis=0, weights=counts[kept])
    np.testing.assert_allclose(result.update, expected)


def test_equal_updates_are_kept_and_the_layer_is_needed():
    assert fedgrad(drawn(1).expand(7, -1)).accepted.all()
    assert fedgrad(drawn(1).expand(7, -1), switch_round=1).accepted.all()
    with pytest.raises(ConfigError, match="fedgrad: the model's last layer has no bias"):
        fedgrad(drawn(), last_layer=LastLayer(slice(0, 40), None, classes=4))
