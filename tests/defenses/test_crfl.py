"""CRFL over rounds of the authors' program (AI-secure/CRFL aaad607), whose noise is an input."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tests.defenses.running import aggregate, drawn

from edgecase import defenses
from edgecase.base.errors import ConfigError

DATA = Path(__file__).parent / "data"
SCHEDULES = {
    "mnist": {"rho_start": 2, "rho_growth": 0.1, "rho_cap": 15, "sigma": 0.01},
    "emnist": {"rho_start": 4, "rho_growth": 0.25, "rho_cap": 100, "sigma": 0.01},
}
WIDE = {"rho_start": 1e6, "rho_growth": 0, "rho_cap": 1e6, "sigma": 0}


@pytest.mark.parametrize("name", SCHEDULES)
def test_rounds_of_the_authors(name):
    with np.load(DATA / "crfl.npz") as arrays:
        case = {key: torch.from_numpy(arrays[key]) for key in arrays}
    model, memory = case["w0"], {}
    for updates, noise, clipped in zip(case["updates"], case["noise"], case[name], strict=True):
        given = {"global_model": model, "memory": memory, **SCHEDULES[name]}
        result = aggregate("crfl", updates, range(1, 11), **given)
        reported = model + result.update
        # They divide by the norm + 1e-6.
        np.testing.assert_allclose(reported, clipped, rtol=0, atol=1e-6)
        model, memory = reported + noise, result.memory
    assert int(memory["round"]) == 4


def test_a_short_model_is_the_mean_to_the_bit():
    updates, model = drawn(), drawn(1, seed=3)[0]
    result = aggregate("crfl", updates, range(1, 10), global_model=model, **WIDE)
    mean = aggregate("no-defense", updates, [1] * 9).update
    assert torch.equal(result.update, mean)


def test_the_bound_grows_up_to_its_cap():
    rule = defenses.rule("crfl", SCHEDULES["mnist"] | {"rho_cap": 2.25})
    assert [rule.bound(t) for t in (1, 2, 3, 9)] == pytest.approx([2.1, 2.2, 2.25, 2.25])


def test_the_model_that_is_sent_is_noisy_from_the_second_round_on():
    rule, model = defenses.rule("crfl", SCHEDULES["mnist"]), torch.zeros(40_000)
    generator = torch.Generator().manual_seed(1)
    assert rule.prepare(model, {}, generator) is model
    sent = rule.prepare(model, {"round": torch.tensor(1)}, generator)
    assert sent.std().item() == pytest.approx(0.01, rel=0.02)
    assert not model.any()
    again = rule.prepare(model, {"round": torch.tensor(1)}, torch.Generator().manual_seed(1))
    assert torch.equal(again, sent)


def test_it_needs_the_model():
    with pytest.raises(ConfigError, match="crfl: global_model is missing"):
        aggregate("crfl", drawn(), [1] * 9, **WIDE)
