"""Steps before a rule (averages among the clients) and after it (what the server adds)."""

import numpy as np
import pytest
import torch
from tests.defenses.running import drawn

from edgecase import defenses
from edgecase.base.errors import ConfigError


def run(values, updates, memory=None, seed=1, buffers=None):
    return defenses.run(
        defenses.composed(values),
        updates,
        range(1, len(updates) + 1),
        memory=memory or {},
        buffers=buffers,
        generator=torch.Generator().manual_seed(seed),
    )


def mixed(name, updates, seed=1, **values):
    """The rows that the step makes of the updates, seen through a rule that tells them."""
    seen = []
    rule = defenses.composed({"name": "median", "before": [{"name": name, **values}]})
    kind = defenses.rule_class("median")
    honest = kind.aggregate
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kind, "aggregate", lambda r, i: (seen.append(i), honest(r, i))[1])
        generator = torch.Generator().manual_seed(seed)
        defenses.run(rule, updates, range(1, len(updates) + 1), generator=generator)
    assert seen[0].num_samples.tolist() == [1] * len(seen[0].updates)
    return seen[0].updates


def test_nearest_neighbours_by_a_plain_loop():
    generator = torch.Generator().manual_seed(6)
    for trial in range(40):
        m, f = 3 + trial % 7, trial % 3
        updates = torch.randint(-2, 3, (m, 3), generator=generator).double()
        found = mixed("nnm", updates, num_byzantine=f)
        rows = updates.tolist()
        for i, row in enumerate(rows):
            apart = [(sum((x - y) ** 2 for x, y in zip(row, other, strict=True))) for other in rows]
            apart[i] = -1
            nearest = sorted(range(m), key=lambda j: (apart[j], j))[: m - f]
            expected = np.mean([rows[j] for j in nearest], axis=0)
            np.testing.assert_allclose(found[i], expected, rtol=1e-12, atol=1e-12)


def test_mixing_properties():
    updates = drawn(8)
    everybody = mixed("nnm", updates, num_byzantine=0)
    np.testing.assert_allclose(everybody, updates.mean(0).expand(8, -1), atol=1e-6)
    updates[3] *= 1e4
    far = mixed("nnm", updates, num_byzantine=1).norm(dim=1) > 100
    assert far.tolist() == [False, False, False, True, False, False, False, False]


@pytest.mark.parametrize(("m", "size"), [(8, 1), (8, 2), (9, 3), (9, 2), (5, 7)])
def test_every_client_is_in_one_bucket(m, size):
    """Unit vectors show who is in which; the buckets change with the generator's seed."""
    rows = mixed("bucketing", torch.eye(m), size=size)
    assert len(rows) == -(-m // size)
    members = (rows > 0).sum(dim=1).tolist()
    assert members == [size] * (m // size) + ([m % size] if m % size else [])
    assert ((rows > 0).sum(dim=0) == 1).all()
    torch.testing.assert_close(rows.sum(dim=1), torch.ones(len(rows)))
    if m % size == 0:
        torch.testing.assert_close(rows.mean(dim=0), torch.full((m,), 1 / m))
    if 1 < size < m:
        assert not torch.equal(rows, mixed("bucketing", torch.eye(m), seed=2, size=size))


def test_who_is_refused_through_mixing():
    updates = drawn(9)
    updates[4] *= 1e4
    krum = {"name": "krum", "num_byzantine": 1}
    result = run(krum | {"before": [{"name": "nnm", "num_byzantine": 2}]}, updates)
    assert result.accepted.sum() == 7
    assert not result.accepted[4]
    torch.testing.assert_close(result.weights, result.accepted.double() / 7)
    np.testing.assert_allclose(result.weights @ updates.double(), result.update, atol=1e-6)
    pairs = run(krum | {"before": [{"name": "bucketing", "size": 2}]}, drawn(10))
    assert pairs.accepted.sum() == 2
    both = [{"name": "nnm", "num_byzantine": 2}, {"name": "bucketing", "size": 2}]
    kept = run({"name": "median", "before": both}, drawn(9))
    assert kept.accepted.sum() >= 7
    assert kept.weights is None
    np.testing.assert_allclose(kept.diagnostics["norms"], drawn(9).double().norm(dim=1))


def test_momentum_by_hand():
    # v: 1, then 0.5 + 1, then 0.75 + 1; the step is 0.1 v. It tends to 0.1 / (1 − 0.5).
    values = {"name": "median", "server_step": {"name": "fedavgm", "lr": 0.1, "momentum": 0.5}}
    memory, steps = {}, []
    for _ in range(40):
        result = run(values, torch.ones(3, 2, dtype=torch.float64), memory)
        memory = result.memory
        steps.append(result.update[0].item())
    np.testing.assert_allclose(steps[:3], [0.1, 0.15, 0.175])
    assert steps[-1] == pytest.approx(0.2)
    plain = {"name": "median", "server_step": {"name": "fedavgm", "momentum": 0.0}}
    assert torch.equal(run(plain, drawn()).update, run({"name": "median"}, drawn()).update)


def test_adam_by_hand():
    # Round 1: m = 0.1 Δ, √v = 0.1 |Δ|, c = √(1 − 0.99²) / (1 − 0.9²) = 0.742: flwr's first step.
    # Round 2, Δ = 0: m = 0.09, √v = √0.0099, c = √(1 − 0.99³) / (1 − 0.9³).
    values = {"name": "median", "server_step": {"name": "fedadam", "adaptivity": 1e-12}}
    first = run(values, torch.tensor([[2.0, -500.0]], dtype=torch.float64))
    np.testing.assert_allclose(first.update, [0.074246, -0.074246], rtol=1e-5)
    second = run(values, torch.zeros(1, 2, dtype=torch.float64), first.memory)
    expected = 0.1 * (1 - 0.99**3) ** 0.5 / (1 - 0.9**3) * 0.09 / 0.0099**0.5
    np.testing.assert_allclose(second.update, [expected, -expected])


def test_adam_of_the_paper_has_no_correction():
    # m = 0.1 Δ and √v = 0.1 |Δ|, then m = 0.19 Δ and √v = (0.01 · 1.99)^½ |Δ|.
    updates = torch.tensor([[3.0, -0.01]] * 3)
    step = {"name": "fedadam", "adaptivity": 1e-12, "correction": False}
    first = run({"name": "median", "server_step": step}, updates)
    np.testing.assert_allclose(first.update, [0.1, -0.1], rtol=1e-5)
    second = run({"name": "median", "server_step": step}, updates, memory=first.memory)
    np.testing.assert_allclose(second.update, [0.134687, -0.134687], rtol=1e-5)


@pytest.mark.parametrize("step", ["fedavgm", "fedadam"])
def test_statistics_take_no_step(step):
    """A variance that falls would be carried below zero by momentum: it is averaged."""
    values = {"name": "median", "server_step": {"name": step}}
    variances, memory = torch.tensor([[0.1], [0.01], [0.04]]), {}
    for _ in range(3):
        result = run(values, drawn(3), memory, buffers=variances)
        memory = result.memory
        torch.testing.assert_close(result.buffers, torch.tensor([0.04]))


def test_a_rule_with_a_memory_keeps_its_own_beside_the_steps():
    values = {"name": "norm-clipping-quantile", "server_step": {"name": "fedavgm"}}
    memory = run(values, drawn()).memory
    assert memory.keys() == {"rule.bound", "step.velocity"}
    again = run(values, drawn(), memory)
    assert again.memory["rule.bound"] > memory["rule.bound"] > 0.1


@pytest.mark.parametrize(
    ("values", "m", "message"),
    [
        ({"name": "krum", "before": [{"name": "bucketing", "size": 2}]}, 8, "at least 9"),
        ({"name": "median", "before": [{"name": "nnm"}]}, 8, "nnm: num_byzantine: is missing"),
        (
            {"name": "centered-clipping", "norm_bound": 1, "server_step": {"name": "fedavgm"}},
            8,
            "server_step: fedavgm after centered-clipping",
        ),
        (
            {"name": "foolsgold", "before": [{"name": "bucketing"}]},
            8,
            "before: bucketing before foolsgold",
        ),
        (
            {
                **{"name": "crfl", "rho_start": 1, "rho_growth": 0, "rho_cap": 1, "sigma": 0.1},
                "server_step": {"name": "fedavgm"},
            },
            8,
            "server_step: fedavgm after crfl",
        ),
        (
            {"name": "median", "server_step": {"name": "fedavgm", "momentum": 1}},
            8,
            "momentum: 1 is",
        ),
    ],
)
def test_what_cannot_be_composed(values, m, message):
    (problem,) = defenses.composed_problems(values, m)
    assert message in problem
    if "at least" not in message:
        with pytest.raises(ConfigError, match=message):
            defenses.composed(values)


def test_steps_hide_nothing_that_a_rule_says_of_itself():
    """But for what does not hold through steps: a sum of updates, one of which comes at a time."""
    rule = defenses.composed({"name": "median", "server_step": {"name": "fedavgm"}})
    public = {name for name in vars(defenses.Rule) if not name.startswith("_")}
    through = {"weighted_sum", "may_refuse_all", "one_by_one", "factors", "check"}
    assert public - through == public & (vars(rule).keys() | vars(type(rule)).keys()) - through
