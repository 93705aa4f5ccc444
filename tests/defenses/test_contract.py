"""What holds for every rule: its inputs, its dtypes, its symmetries, and the world as it was."""

import random

import numpy as np
import pytest
import torch
from tests.defenses.running import SUMS, drawn, example, run

from edgecase import defenses
from edgecase.base.errors import SimulationError

#: rules whose ties go to the first.
ORDERED = ("bulyan", "deepsight")
ALL = pytest.mark.parametrize("name", defenses.names())


@ALL
def test_inputs_and_global_generators_stay_as_they_were(name):
    states = torch.get_rng_state(), np.random.get_state()[1].copy(), random.getstate()
    updates, counts = drawn().requires_grad_(), torch.arange(1, 10)
    memory = dict(run(name, updates, counts).memory)
    before = updates.clone(), counts.clone(), {k: v.clone() for k, v in memory.items()}
    result = run(name, updates, counts, memory=memory)
    assert torch.equal(updates, before[0])
    assert torch.equal(counts, before[1])
    assert all(torch.equal(memory[key], value) for key, value in before[2].items())
    assert not result.update.requires_grad
    assert torch.equal(torch.get_rng_state(), states[0])
    assert np.array_equal(np.random.get_state()[1], states[1])
    assert random.getstate() == states[2]


@ALL
def test_dtypes(name):
    for dtype in (torch.float16, torch.bfloat16, torch.float32, torch.float64):
        updates = drawn(dtype=dtype)
        result = run(name, updates)
        assert result.update.dtype == (torch.float64 if dtype == torch.float64 else torch.float32)
        # Half-precision input is widened, not rounded on the way: the float32 copy gives the same.
        if dtype != torch.float64:
            assert torch.equal(result.update, run(name, updates.float()).update)
        strided = run(name, updates.T.contiguous().T)
        np.testing.assert_allclose(strided.update, result.update, rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", [name for name in defenses.names() if name not in ORDERED])
def test_the_order_of_the_clients_does_not_matter(name):
    """The order in which they are listed changes who stands where, and no number of the step.

    But for DeepSight, whose distances are multiples of 1/9 or so and mostly equal, and for Bulyan:
    each of its last picks looks at the nearest other update alone, and of two that
    are nearest to each other the first is taken.
    """
    updates, counts, order = drawn(), torch.arange(10, 19), torch.randperm(9)
    first, second = run(name, updates, counts), run(name, updates[order], counts[order])
    np.testing.assert_allclose(second.update, first.update, rtol=0, atol=1e-6)
    assert torch.equal(second.accepted, first.accepted[order])


@ALL
def test_equal_updates_are_the_step(name):
    """But for clipping, noise and the server's own length, which are the rule's business."""
    updates = drawn(1).expand(9, -1)
    step = run(name, updates, root_update=updates[0]).update
    if (noise := run(name, updates).noise) is not None:
        step = step - noise
    bounds = {"norm-clipping": 2, "weak-dp": 2, "norm-clipping-quantile": 2, "centered-clipping": 4}
    if bound := bounds.get(name):
        np.testing.assert_allclose(step, updates[0] * bound / updates[0].norm(), atol=1e-5)
    elif name == "alignins":
        assert not step.any()  # nobody stands out, and nobody is kept
    else:
        np.testing.assert_allclose(step, updates[0], atol=1e-6)


@pytest.mark.parametrize("name", SUMS)
def test_a_weighted_sum_is_one(name):
    for m in (7, 8, 30):
        updates = drawn(m)
        result = run(name, updates)
        noise = torch.zeros(40) if result.noise is None else result.noise
        expected = noise.double()
        for weight, factor, row in zip(
            result.weights, result.clip_factors, updates.double(), strict=True
        ):
            expected = expected + weight * factor * row
        np.testing.assert_allclose(result.update, expected, rtol=0, atol=1e-6)
        norms = updates.double().norm(dim=1)
        np.testing.assert_allclose(result.diagnostics["norms"], norms, rtol=1e-13)


@ALL
def test_buffers_are_averaged_over_those_who_are_accepted(name):
    """By sample count, whatever was clipped or added: a variance stays one."""
    buffers = torch.rand(9, 4, generator=torch.Generator().manual_seed(3))
    result = run(name, drawn(), buffers=buffers)
    kept = result.accepted.tolist()
    rows = [(10 + row, buffers[row]) for row in range(9) if kept[row]]
    expected = sum(count * row for count, row in rows) / sum(count for count, _ in rows)
    np.testing.assert_allclose(result.buffers, expected, rtol=1e-6)
    if not defenses.rule_class(name).needs_statistics:
        assert run(name, drawn()).buffers.shape == (0,)


@ALL
def test_statistics_decide_nothing_that_measures_updates(name):
    """A counter of batches among them would be most of a norm, and of a distance."""
    if defenses.rule_class(name).needs_statistics:
        pytest.skip("it measures statistics, not updates")
    result = run(name, drawn(), buffers=39.0 * torch.arange(1, 10)[:, None])
    plain = run(name, drawn())
    assert torch.equal(result.update, plain.update)
    assert torch.equal(result.accepted, plain.accepted)


@ALL
def test_a_round_is_a_function_of_its_inputs(name):
    assert torch.equal(run(name, drawn()).update, run(name, drawn()).update)


@ALL
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cuda_agrees_with_the_cpu(name):
    updates = drawn(m=12, size=300_000)
    result, on_gpu = run(name, updates), run(name, updates.cuda())
    assert on_gpu.update.is_cuda
    np.testing.assert_allclose(on_gpu.update.cpu(), result.update, rtol=0, atol=1e-6)
    assert torch.equal(on_gpu.accepted.cpu(), result.accepted)


def test_rows_that_are_not_finite_or_too_large_are_named():
    for bad in (float("nan"), float("inf"), 1e160, 1.2e154):
        updates = drawn(dtype=torch.float64)
        updates[2, 5] = updates[7, 0] = bad
        with pytest.raises(SimulationError, match=r"rows 2, 7 \(of 9, counted from 0\) hold NaN"):
            run("krum", updates)


@pytest.mark.parametrize(
    ("updates", "counts", "message"),
    [
        (torch.ones(3, 4, dtype=torch.int64), [1, 1, 1], r"updates are torch\.int64 \[3, 4\]"),
        (np.ones((3, 4)), [1, 1, 1], r"updates are a ndarray; allowed: a torch\.Tensor \[m, P\]"),
        (torch.ones(3, 0), [1, 1, 1], r"updates are torch\.float32 \[3, 0\]; allowed: .*\[m, P\]"),
        (torch.ones(3, 4), [1, 2], r"num_samples is \[1\.0, 2\.0\]; allowed: 3 finite numbers > 0"),
        (torch.ones(3, 4), [1, 0, -4], r"num_samples is \[1\.0, 0\.0, -4\.0\]"),
        (torch.ones(3, 4), [1, 1, float("nan")], "num_samples is"),
    ],
)
def test_inputs_of_a_wrong_kind(updates, counts, message):
    with pytest.raises(ValueError, match=message):
        run("no-defense", updates, counts)


@pytest.mark.parametrize(
    ("error", "given", "message"),
    [
        (ValueError, {"client_ids": [4, 4, 2]}, r"client_ids are \[4, 4, 2\]; allowed: 3"),
        (ValueError, {"client_ids": [4, 2]}, r"client_ids are \[4, 2\]; allowed: 3 different ones"),
        (ValueError, {"global_model": torch.ones(5)}, r"global_model is \[5\]; allowed: \[4\]"),
        (SimulationError, {"global_model": torch.full((4,), torch.nan)}, "global_model holds NaN"),
    ],
)
def test_other_inputs_of_a_wrong_kind(error, given, message):
    with pytest.raises(error, match=message):
        run("flame", drawn(3, 4), **given)


def test_what_a_rule_may_see_reaches_it(monkeypatch):
    kind, seen = defenses.rule_class("no-defense"), []
    honest = kind.aggregate
    monkeypatch.setattr(kind, "aggregate", lambda rule, i: (seen.append(i), honest(rule, i))[1])
    model, memory = torch.ones(40), {"a": torch.ones(2)}
    run("no-defense", drawn(), client_ids=range(3, 12), global_model=model, memory=memory)
    defenses.run(example("no-defense"), drawn(), [1] * 9)
    assert seen[0].client_ids == (3, 4, 5, 6, 7, 8, 9, 10, 11)
    assert seen[0].global_model is model
    assert seen[0].memory == memory
    assert (seen[1].global_model, seen[1].memory) == (None, {})
