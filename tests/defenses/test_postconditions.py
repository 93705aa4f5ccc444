"""Each postcondition fails when its promise is broken, and says so in numbers."""

import math
from dataclasses import replace

import pytest
import torch
from tests.defenses.running import SUMS, buffers_for, example, given, run

from edgecase import defenses
from edgecase.base.errors import SimulationError

UPDATES = torch.randn(7, 400, generator=torch.Generator().manual_seed(0))  # norms near 20
ROOT = given(UPDATES)["root_update"]


def good(name):
    return run(name, UPDATES, range(1, 8))


def rebuilt(result, **changes):
    """`result` with other weights, factors, noise or diagnostics, and the update that follows."""
    result = replace(result, **changes)
    update = (result.weights * result.clip_factors) @ UPDATES.double()
    if result.noise is not None:
        update = update + result.noise.double()
    return replace(result, update=update.float(), accepted=result.weights > 0)


@pytest.fixture
def fails(monkeypatch):
    """`fails(name, result, message)`: a rule that gives `result` is stopped with `message`."""

    def stopped(name, result, message, rule=None):
        rule = rule or example(name)
        with monkeypatch.context() as patch:
            patch.setattr(type(rule), "aggregate", lambda *_: result)
            with pytest.raises(SimulationError) as caught:
                defenses.run(
                    rule, UPDATES, range(1, 8), **given(UPDATES) | buffers_for(name, UPDATES)
                )
        assert f"defense {name}: " in str(caught.value)
        assert message in str(caught.value)

    return stopped


def share(*weights):
    weights = torch.tensor(weights, dtype=torch.float64)
    return weights / weights.sum()


def spoilt(values, row, value):
    values = values.clone()
    values[row] = value
    return values


@pytest.mark.parametrize("name", defenses.names())
def test_shapes_and_finite_values(name, fails):
    result = good(name)
    for field in ("update", "weights", "clip_factors", "accepted", "noise", "memory"):
        values = getattr(result, field)
        for key, tensor in {field: values}.items() if field != "memory" else values.items():
            if tensor is None or not tensor.is_floating_point():
                continue
            broken = spoilt(tensor.flatten(), -1, math.nan).view(tensor.shape)
            named = f"memory {key}" if field == "memory" else field
            changed = {key: broken} if field == "memory" else broken
            told = f"1 of {tensor.numel()} values of {named} are NaN or infinite"
            fails(name, replace(result, **{field: changed}), told)
            if field != "memory":
                told = f"{field} has shape [{len(tensor) - 1}] instead of [{len(tensor)}]"
                fails(name, replace(result, **{field: tensor[:-1]}), told)


@pytest.mark.parametrize("name", SUMS)
def test_weighted_sums(name, fails):
    result = good(name)
    update = result.update.clone()
    update[399] += 1e-3
    fails(name, replace(result, update=update), "coordinate 399 of the update is")
    fails(
        name,
        rebuilt(result, weights=result.weights * 1.001),
        "the weights sum to 1.001 instead of 1",
    )
    weights = torch.tensor([-0.5, 1.5, 0, 0, 0, 0, 0], dtype=torch.float64)
    fails(name, rebuilt(result, weights=weights), "the lowest weight is -0.5")
    factors = spoilt(result.clip_factors, 0, 1.5)
    fails(name, rebuilt(result, clip_factors=factors), "1.5; allowed: 0 to 1")
    accepted = ~result.accepted
    fails(name, replace(result, accepted=accepted), "accepted without weight, or refused with it")
    if name != "no-defense":
        fails(name, good("no-defense"), "")  # a rule that never ran


@pytest.mark.parametrize(
    "name", ["no-defense", "norm-clipping", "norm-clipping-adaptive", "weak-dp", "rfa"]
)
def test_nobody_may_be_refused(name, fails):
    result = rebuilt(good(name), weights=share(1, 1, 0, 1, 1, 1, 1))
    fails(name, result, "rows [2] have weight 0; the rule refuses nobody")


@pytest.mark.parametrize("name", ["no-defense", "krum", "multi-krum", "rfa"])
def test_nobody_may_be_scaled_and_no_noise_added(name, fails):
    factors = spoilt(torch.ones(7, dtype=torch.float64), 3, 0.5)
    fails(name, rebuilt(good(name), clip_factors=factors), "rows [3] are scaled")
    noisy = rebuilt(good(name), noise=torch.full((400,), 0.01))
    fails(name, noisy, "noise was added; the rule adds none")


@pytest.mark.parametrize("name", ["norm-clipping", "norm-clipping-adaptive", "weak-dp"])
def test_clipping(name, fails):
    result = good(name)
    worst = int(result.clip_factors.argmin())
    for row, factor in ((worst, 1 + 1e-6), (4, 0.9)):
        factors = spoilt(result.clip_factors, row, result.clip_factors[row] * factor)
        fails(name, rebuilt(result, clip_factors=factors), f"(row {row})")


def test_who_may_refuse_everybody_leaves_the_model(fails, monkeypatch):
    nobody = rebuilt(good("alignins"), weights=torch.zeros(7, dtype=torch.float64))
    with monkeypatch.context() as patch:
        patch.setattr(defenses.rule_class("alignins"), "aggregate", lambda *_: nobody)
        assert not run("alignins", UPDATES).update.any()
    fails("krum", nobody, "the weights sum to 0 instead of 1")
    moved = replace(nobody, update=nobody.update + 1)
    fails("alignins", moved, "coordinate 0 of the update is 1")


def test_krum_accepts_exactly_one_and_multi_krum_refuses_exactly_f(fails):
    told = "5 of 7 updates are refused and 2 accepted; the rule refuses 6 and accepts 1"
    fails("krum", rebuilt(good("krum"), weights=share(0, 1, 1, 0, 0, 0, 0)), told)
    for refused in (1, 3):
        weights = share(*[1] * (7 - refused), *[0] * refused)
        told = f"{refused} of 7 updates are refused and {7 - refused} accepted; the rule refuses 2"
        fails("multi-krum", rebuilt(good("multi-krum"), weights=weights), told)


def test_rfa_runs_between_one_and_max_iterations(fails):
    for diagnostics, ran in (({}, 0), ({"iterations": 0}, 0), ({"iterations": 21}, 21)):
        result = replace(good("rfa"), diagnostics=diagnostics)
        fails("rfa", result, f"rfa ran {ran} iterations; allowed: 1 to 20")


def test_the_noise_of_weak_dp(fails):
    # P = 400: ‖noise‖ must lie in 0.1 · (20 ± 6), that is between 1.4 and 2.6. Seven draws of
    # noise, one per client, would average to 1/√7 of its size.
    result = good("weak-dp")
    fails("weak-dp", rebuilt(result, noise=None), "no noise was added; stddev is 0.1")
    for factor in (0.0, 0.5, 1 / math.sqrt(7), 1.4):
        told = "with stddev 0.1 and P = 400 it lies between 1.4 and 2.6"
        fails("weak-dp", rebuilt(result, noise=result.noise * factor), told)
    silent = defenses.rule("weak-dp", {"norm_bound": 2.0, "stddev": 0.0})
    fails("weak-dp", result, "it lies between 0 and 0", silent)


def test_the_interval_of_the_noise_holds_for_every_size():
    # 10,000 draws in all, each outside with a probability below 2e-7 (`WeakDp.check`).
    for size in (1, 2, 10, 100, 3000):
        draws = torch.randn(2000, size, generator=torch.Generator().manual_seed(size))
        assert ((draws.norm(dim=1) - math.sqrt(size)).abs() < 6).all()


def test_rules_that_are_no_weighted_sum(fails):
    median, centered, trusted = (good(n) for n in ("median", "centered-clipping", "fltrust"))
    above = spoilt(median.update, 3, UPDATES[:, 3].max() + 1)
    fails("median", replace(median, update=above), "1 coordinates lie outside of what was sent")
    far = centered.update * 3
    told = "the aggregate moved by "
    fails("centered-clipping", replace(centered, update=far, memory={"centre": far}), told)
    told = "what is remembered is not the aggregate"
    fails("centered-clipping", replace(centered, memory={"centre": far}), told)
    told = f"the server's update has {ROOT.double().norm():.9g}"
    fails("fltrust", replace(trusted, update=ROOT * 1.01), told)


def test_subnormal_coordinates_are_rounded_not_wrong():
    # 1e-42 is subnormal in float32: its rounding error is far above eps · 1e-42.
    run("no-defense", torch.full((3, 4), 1e-42), [1, 2, 4])


def test_large_updates_are_probed_up_to_their_end(monkeypatch):
    updates, rule = torch.ones(2, 3 * 2**14), example("no-defense")
    result = defenses.run(rule, updates, [1, 1])
    result.update[-3:] = 5
    monkeypatch.setattr(type(rule), "aggregate", lambda *_: result)
    with pytest.raises(SimulationError, match=f"coordinate {3 * 2**14 - 3} of the update is 5"):
        defenses.run(rule, updates, [1, 1])
