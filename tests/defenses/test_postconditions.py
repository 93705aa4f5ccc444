"""Each postcondition fails when its promise is broken, and says so in numbers."""

import math
from dataclasses import replace

import pytest
import torch

from edgecase.base.errors import ConfigError, SimulationError
from edgecase.defenses import aggregate, check_postconditions
from edgecase.defenses.base import Aggregate

UPDATES = torch.randn(7, 400, generator=torch.Generator().manual_seed(0))  # norms near 20
PARAMS = {
    "no-defense": {},
    "norm-clipping": {"norm_bound": 2.0},
    "norm-clipping-adaptive": {},
    "weak-dp": {"norm_bound": 2.0, "stddev": 0.1},
    "krum": {},
    "multi-krum": {"num_byzantine": 2},
    "rfa": {},
}


def good(name):
    generator = torch.Generator().manual_seed(1)
    return aggregate(name, UPDATES, range(1, 8), generator=generator, **PARAMS[name])


def rebuilt(result, **changes):
    """`result` with other weights, factors, noise or diagnostics, and the update that follows."""
    result = replace(result, **changes)
    update = (result.weights * result.clip_factors) @ UPDATES.double()
    if result.noise is not None:
        update = update + result.noise.double()
    return replace(result, update=update.float())


def fails(name, result, message):
    with pytest.raises(SimulationError, match=f"^defense {name}: .*{message}"):
        check_postconditions(name, result, UPDATES, PARAMS[name])


def share(*weights):
    weights = torch.tensor(weights, dtype=torch.float64)
    return weights / weights.sum()


@pytest.mark.parametrize("name", PARAMS)
class TestEveryDefense:
    def test_what_the_rule_returns_passes(self, name):
        check_postconditions(name, good(name), UPDATES, PARAMS[name])
        check_postconditions(name, rebuilt(good(name)), UPDATES, PARAMS[name])

    def test_an_update_that_is_not_the_weighted_sum(self, name):
        update = good(name).update.clone()
        update[399] += 1e-3
        fails(name, replace(good(name), update=update), "coordinate 399 of the update is")

    def test_weights_that_do_not_sum_to_one(self, name):
        result = rebuilt(good(name), weights=good(name).weights * 1.001)
        fails(name, result, "the weights sum to 1.001 instead of 1")

    def test_negative_weights(self, name):
        weights = torch.tensor([-0.5, 1.5, 0, 0, 0, 0, 0], dtype=torch.float64)
        fails(name, rebuilt(good(name), weights=weights), "the lowest weight is -0.5")

    @pytest.mark.parametrize("field", ["update", "weights", "clip_factors"])
    def test_values_that_are_not_finite(self, name, field):
        values = getattr(good(name), field).clone()
        values[1] = math.nan
        expected = f"1 of {len(values)} values of {field} are NaN or infinite"
        fails(name, replace(good(name), **{field: values}), expected)

    def test_factors_above_one(self, name):
        factors = good(name).clip_factors.clone()
        factors[0] = 1.5
        fails(name, rebuilt(good(name), clip_factors=factors), "1.5; allowed: 0 to 1")

    @pytest.mark.parametrize("field", ["update", "weights", "clip_factors"])
    def test_wrong_shapes(self, name, field):
        result = replace(good(name), **{field: getattr(good(name), field)[:-1]})
        fails(name, result, rf"{field} has shape \[\d+\] instead of \[\d+\]")

    def test_plain_averaging_passes_only_where_it_is_the_rule(self, name):
        # A defense that never ran.
        undefended = good("no-defense")
        if name == "no-defense":
            check_postconditions(name, undefended, UPDATES, {})
        else:
            fails(name, undefended, "")


def test_refused_parameters_and_names():
    with pytest.raises(ConfigError, match="unknown defense 'x'"):
        check_postconditions("x", good("krum"), UPDATES, {})
    with pytest.raises(ConfigError, match=r"norm_bound .* is missing"):
        check_postconditions("norm-clipping", good("norm-clipping"), UPDATES, {})


@pytest.mark.parametrize("name", ["no-defense", "norm-clipping", "norm-clipping-adaptive", "rfa"])
def test_nobody_may_be_refused(name):
    weights = good(name).weights.clone()
    weights[2] = 0
    result = rebuilt(good(name), weights=weights / weights.sum())
    fails(name, result, r"rows \[2\] have weight 0; the rule refuses nobody")


def test_weak_dp_refuses_nobody():
    fails("weak-dp", rebuilt(good("weak-dp"), weights=share(1, 1, 0, 1, 1, 1, 1)), r"rows \[2\]")


@pytest.mark.parametrize("name", ["no-defense", "krum", "multi-krum", "rfa"])
def test_nobody_may_be_scaled(name):
    factors = torch.ones(7, dtype=torch.float64)
    factors[3] = 0.5
    fails(name, rebuilt(good(name), clip_factors=factors), r"rows \[3\] are scaled")


@pytest.mark.parametrize("name", [name for name in PARAMS if name != "weak-dp"])
def test_no_noise_may_be_added(name):
    result = rebuilt(good(name), noise=torch.full((400,), 0.01))
    fails(name, result, "noise was added; the rule adds none")


@pytest.mark.parametrize("name", ["norm-clipping", "norm-clipping-adaptive", "weak-dp"])
class TestClipping:
    def test_a_norm_above_the_bound(self, name):
        result = good(name)
        worst = int(result.clip_factors.argmin())
        factors = result.clip_factors.clone()
        factors[worst] *= 1 + 1e-6
        expected = rf"clipping took norms of [\d.]+ to [\d.]+ \(row {worst}\)"
        fails(name, rebuilt(result, clip_factors=factors), expected)

    def test_an_update_clipped_too_far(self, name):
        factors = good(name).clip_factors.clone()
        factors[4] *= 0.9
        fails(name, rebuilt(good(name), clip_factors=factors), r"\(row 4\)")


def test_krum_accepts_exactly_one():
    weights = share(0, 1, 1, 0, 0, 0, 0)
    expected = "5 of 7 updates are refused and 2 accepted; the rule refuses 6 and accepts 1"
    fails("krum", rebuilt(good("krum"), weights=weights), expected)


@pytest.mark.parametrize("refused", [1, 3])
def test_multi_krum_refuses_exactly_f(refused):
    weights = [1] * (7 - refused) + [0] * refused
    expected = f"{refused} of 7 updates are refused and {7 - refused} accepted; the rule refuses 2"
    fails("multi-krum", rebuilt(good("multi-krum"), weights=share(*weights)), expected)


@pytest.mark.parametrize("diagnostics", [{}, {"iterations": 0}, {"iterations": 501}])
def test_rfa_runs_between_one_and_max_iterations(diagnostics):
    expected = rf"rfa ran {diagnostics.get('iterations', 0)} iterations; allowed: 1 to 500"
    fails("rfa", replace(good("rfa"), diagnostics=diagnostics), expected)


class TestNoise:
    def test_missing(self):
        fails("weak-dp", rebuilt(good("weak-dp"), noise=None), "no noise was added; stddev is 0.1")

    @pytest.mark.parametrize("factor", [0.0, 0.5, 1 / math.sqrt(7), 1.4])
    def test_of_another_size(self, factor):
        # P = 400: ‖noise‖ must lie in 0.1 · (20 ± 6), that is between 1.4 and 2.6. Seven draws of
        # noise, one per client, would average to 1/√7 of its size.
        result = rebuilt(good("weak-dp"), noise=good("weak-dp").noise * factor)
        fails("weak-dp", result, "with stddev 0.1 and P = 400 it lies between 1.4 and 2.6")

    def test_not_finite_or_of_a_wrong_shape(self):
        noise = good("weak-dp").noise.clone()
        noise[:2] = math.inf
        fails("weak-dp", replace(good("weak-dp"), noise=noise), "2 of 400 values of noise")
        fails("weak-dp", replace(good("weak-dp"), noise=noise[:5]), r"noise has shape \[5\]")

    def test_some_although_stddev_is_zero(self):
        params = {"norm_bound": 2.0, "stddev": 0.0}
        with pytest.raises(SimulationError, match="it lies between 0 and 0"):
            check_postconditions("weak-dp", good("weak-dp"), UPDATES, params)
        silent = rebuilt(good("weak-dp"), noise=torch.zeros(400))
        check_postconditions("weak-dp", silent, UPDATES, params)

    def test_the_interval_holds_for_every_size(self):
        # 10,000 draws in all, each outside with a probability below 2e-7 (check_weak_dp).
        for size in (1, 2, 10, 100, 3000):
            draws = torch.randn(2000, size, generator=torch.Generator().manual_seed(size))
            assert ((draws.norm(dim=1) - math.sqrt(size)).abs() < 6).all()


def test_subnormal_coordinates_are_rounded_not_wrong():
    # 1e-42 is subnormal in float32: its rounding error is far above eps · 1e-42.
    updates = torch.full((3, 4), 1e-42)
    result = aggregate("no-defense", updates, [1, 2, 4])
    check_postconditions("no-defense", result, updates, {})


def test_large_updates_are_probed_up_to_their_end():
    updates = torch.ones(2, 3 * 2**14)
    result = aggregate("no-defense", updates, [1, 1])
    assert isinstance(result, Aggregate)
    check_postconditions("no-defense", result, updates, {})
    result.update[-3:] = 5
    with pytest.raises(SimulationError, match=f"coordinate {3 * 2**14 - 3} of the update is 5"):
        check_postconditions("no-defense", result, updates, {})
