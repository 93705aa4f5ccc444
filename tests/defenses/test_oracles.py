"""Every rule against results of the authors' own functions on random data (data/aggregate_*.npz).

Their code adds w_t to the updates and works on float32 models, so its updates carry the rounding of
numbers as large as w_t: half an eps per stored model and per operation on it.
"""

from pathlib import Path

import numpy as np
import pytest
import torch
from tests.defenses.running import aggregate

FILES = sorted((Path(__file__).parent / "data").glob("aggregate_*.npz"))
EPS = np.finfo(np.float32).eps


def run(name, case, **params):
    return aggregate(name, torch.from_numpy(case["updates"]), case["num_samples"], **params)


def cases():
    assert len(FILES) == 9
    for path in FILES:
        with np.load(path) as arrays:
            yield dict(arrays)


def test_no_defense():
    for case in cases():
        expected = case["no_defense"]
        atol = EPS * np.abs(expected).max()
        np.testing.assert_allclose(run("no-defense", case).update, expected, rtol=0, atol=atol)


def test_krum_returns_the_same_client():
    for case in cases():
        np.testing.assert_array_equal(run("krum", case).update, case["krum"])


@pytest.mark.parametrize("name", ["norm-clipping", "norm-clipping-adaptive", "multi-krum", "rfa"])
def test_rules_that_compute_on_models(name):
    for case in cases():
        params = {"norm_bound": float(case["norm_bound"])} if name == "norm-clipping" else {}
        expected = case[name.replace("-", "_")]
        atol = 2 * EPS * (np.abs(case["global_model"]).max() + np.abs(case["updates"]).max())
        update = run(name, case, **params).update
        np.testing.assert_allclose(update, expected, rtol=0, atol=atol)
        # The rule is told apart from plain averaging by far more than that tolerance.
        assert np.abs(expected - case["no_defense"]).max() > 10 * atol
