"""What every defense shares: input checks, dtypes, and leaving the world as it was."""

import random

import numpy as np
import pytest
import torch

from edgecase.base.errors import ConfigError, SimulationError
from edgecase.defenses import aggregate, check_postconditions, names

PARAMS = {
    "no-defense": {},
    "norm-clipping": {"norm_bound": 2.0},
    "norm-clipping-adaptive": {},
    "weak-dp": {"norm_bound": 2.0, "stddev": 0.01},
    "krum": {"num_byzantine": 2},
    "multi-krum": {"num_byzantine": 2},
    "rfa": {"max_iterations": 20},
}
ALL = pytest.mark.parametrize("name", PARAMS)


def make_updates(m=9, size=40, dtype=torch.float32):
    return torch.randn(m, size, generator=torch.Generator().manual_seed(0)).to(dtype)


def run(name, updates, counts=None):
    counts = range(10, 10 + len(updates)) if counts is None else counts
    generator = torch.Generator(updates.device).manual_seed(1)
    return aggregate(name, updates, counts, generator=generator, **PARAMS[name])


def test_every_registered_defense_is_exercised_here():
    assert set(PARAMS) == set(names())


@ALL
@pytest.mark.parametrize("m", [7, 8, 30])
def test_update_is_the_weighted_sum_and_passes_its_postconditions(name, m):
    updates = make_updates(m)
    result = run(name, updates)
    check_postconditions(name, result, updates, PARAMS[name])
    expected = sum(
        (
            w * f * row.double()
            for w, f, row in zip(result.weights, result.clip_factors, updates, strict=True)
        ),
        torch.zeros(40, dtype=torch.float64) if result.noise is None else result.noise.double(),
    )
    np.testing.assert_allclose(result.update, expected, rtol=0, atol=1e-6)
    assert result.weights.shape == result.clip_factors.shape == (m,)
    assert result.weights.sum().item() == pytest.approx(1, abs=1e-12)
    np.testing.assert_allclose(
        result.diagnostics["norms"], updates.double().norm(dim=1), rtol=1e-13
    )


@ALL
def test_inputs_stay_as_they_were(name):
    for dtype in (torch.float32, torch.float64):
        updates, counts = make_updates(dtype=dtype), torch.arange(1, 10)
        before = updates.clone(), counts.clone()
        run(name, updates, counts)
        assert torch.equal(updates, before[0])
        assert torch.equal(counts, before[1])


@ALL
def test_global_generators_are_not_touched(name):
    states = torch.get_rng_state(), np.random.get_state()[1].copy(), random.getstate()
    run(name, make_updates())
    assert torch.equal(torch.get_rng_state(), states[0])
    assert np.array_equal(np.random.get_state()[1], states[1])
    assert random.getstate() == states[2]


@ALL
def test_two_calls_give_the_same_bits(name):
    assert torch.equal(run(name, make_updates()).update, run(name, make_updates()).update)


@ALL
@pytest.mark.parametrize(
    ("dtype", "expected"),
    [
        (torch.float16, torch.float32),
        (torch.bfloat16, torch.float32),
        (torch.float32, torch.float32),
        (torch.float64, torch.float64),
    ],
)
def test_dtypes(name, dtype, expected):
    updates = make_updates(dtype=dtype)
    result = run(name, updates)
    check_postconditions(name, result, updates, PARAMS[name])
    assert result.update.dtype == expected
    assert result.weights.dtype == result.clip_factors.dtype == torch.float64
    # Half-precision input is widened, not rounded on the way: the float32 copy gives the same.
    if dtype != torch.float64:
        assert torch.equal(result.update, run(name, updates.float()).update)


@ALL
def test_no_gradient_is_recorded_and_none_is_needed(name):
    updates = make_updates().requires_grad_()
    assert not run(name, updates).update.requires_grad


@ALL
def test_names_are_case_insensitive(name):
    updates = make_updates()
    generator = torch.Generator().manual_seed(1)
    result = aggregate(name.upper(), updates, range(10, 19), generator=generator, **PARAMS[name])
    assert torch.equal(result.update, run(name, updates).update)
    check_postconditions(name.title(), result, updates, PARAMS[name])


@ALL
def test_rows_that_are_not_contiguous(name):
    updates = make_updates(dtype=torch.float64)
    strided = run(name, updates.T.contiguous().T)
    np.testing.assert_allclose(strided.update, run(name, updates).update, rtol=0, atol=1e-13)


@ALL
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cuda_agrees_with_the_cpu(name):
    updates = make_updates(m=12, size=300_000)
    results = [
        aggregate(
            name,
            copy,
            range(10, 22),
            generator=torch.Generator().manual_seed(1),
            **PARAMS[name],
        )
        for copy in (updates, updates.cuda())
    ]
    check_postconditions(name, results[1], updates.cuda(), PARAMS[name])
    assert results[1].update.is_cuda
    np.testing.assert_allclose(results[1].update.cpu(), results[0].update, rtol=0, atol=1e-6)
    np.testing.assert_allclose(results[1].weights.cpu(), results[0].weights, rtol=1e-9)


@ALL
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_rows_with_nan_or_infinity_are_named(name, bad):
    updates = make_updates()
    updates[2, 5] = bad
    updates[7, 0] = bad
    with pytest.raises(SimulationError, match=r"rows 2, 7 \(of 9, counted from 0\) hold NaN"):
        run(name, updates)


@pytest.mark.parametrize("large", [1e160, 1.2e154])
def test_float64_updates_too_large_to_square_are_refused(large):
    # 1.2e154² still fits float64; the square of a distance of twice that does not.
    updates = make_updates(dtype=torch.float64)
    updates[3, 0] = large
    with pytest.raises(SimulationError, match=r"rows 3 .*too large to square"):
        run("krum", updates)


@pytest.mark.parametrize(
    ("updates", "message"),
    [
        (torch.ones(3, 4, dtype=torch.int64), r"updates are torch\.int64; allowed: .*float32"),
        (torch.ones(3, 4, dtype=torch.complex64), r"updates are torch\.complex64"),
        ([[1.0, 2.0]], "updates are list; allowed: a tensor"),
        (np.ones((3, 4)), "updates are ndarray"),
        (torch.ones(4), r"updates have shape \[4\]; allowed: \[m, P\]"),
        (torch.ones(3, 2, 2), r"updates have shape \[3, 2, 2\]"),
        (torch.ones(0, 4), r"updates have shape \[0, 4\]"),
        (torch.ones(3, 0), r"updates have shape \[3, 0\]"),
    ],
)
def test_updates_of_a_wrong_kind(updates, message):
    with pytest.raises(ValueError, match=message):
        aggregate("no-defense", updates, [1, 1, 1])


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ([1, 2], r"num_samples has shape \[2\]; allowed: \[3\]"),
        ([[1, 2, 3]], r"num_samples has shape \[1, 3\]"),
        (5, r"num_samples has shape \[\]"),
        ([1, 0, -4], r"num_samples holds 0 \(row 1\), -4 \(row 2\); allowed: finite numbers > 0"),
        ([1.0, float("nan"), float("inf")], r"num_samples holds nan \(row 1\), inf \(row 2\)"),
        ([True, True, True], r"num_samples is torch\.bool"),
        (torch.ones(3, dtype=torch.complex64), r"num_samples is torch\.complex64"),
        ("abc", "num_samples is 'abc'; allowed: 3 numbers"),
        (None, "num_samples is None"),
    ],
)
def test_sample_counts_of_a_wrong_kind(counts, message):
    with pytest.raises(ValueError, match=message):
        aggregate("no-defense", torch.ones(3, 4), counts)


def test_a_generator_of_another_library_is_refused():
    with pytest.raises(ConfigError, match=r"generator is a Generator; allowed: a torch\.Generator"):
        aggregate("no-defense", torch.ones(2, 2), [1, 1], generator=np.random.default_rng(0))


def test_unknown_names_and_parameters_are_refused():
    with pytest.raises(ConfigError, match=r"unknown defense 'krumm'; allowed: no-defense, .*rfa"):
        aggregate("krumm", torch.ones(2, 2), [1, 1])
    with pytest.raises(ConfigError) as caught:
        aggregate("norm-clipping", torch.ones(2, 2), [1, 1], bound=-1)
    assert len(caught.value.problems) == 2
