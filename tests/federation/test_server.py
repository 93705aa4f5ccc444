"""What the server does with the updates of a round, whatever its rule."""

import dataclasses
import math

import pytest
import torch

from edgecase import defenses
from edgecase.base.errors import SimulationError
from edgecase.federation.server import Broadcast, Updates, defend

CLIENTS = (-1, 4, 0, 6, 2)
COUNTS = torch.tensor([10.0, 4, 3, 5, 6], dtype=torch.float64)
OPTIONS = {
    "norm-clipping": {"norm_bound": 0.3},
    "weak-dp": {"norm_bound": 0.3, "stddev": 0.01},
    "centered-clipping": {"norm_bound": 0.3},
}


def drawn(buffers=False):
    generator = torch.Generator().manual_seed(1)
    updates = torch.randn(5, 20, generator=generator)
    statistics = torch.rand(5, 3, generator=generator) if buffers else None
    return Updates(updates, COUNTS, statistics)


def served(name, received, *, round=1, seed=0, leave_out=True, **more):
    return defend(
        defenses.rule(name, OPTIONS.get(name)),
        received,
        CLIENTS,
        Broadcast(seed, round, **more),
        leave_out_diverged=leave_out,
    )


def test_noise_follows_seed_and_round():
    noises = [
        served("weak-dp", drawn(), round=round, seed=seed).noise
        for round in (1, 2)
        for seed in (0, 1)
    ]
    assert not any(torch.equal(noises[i], noises[j]) for i in range(4) for j in range(i))
    assert torch.equal(served("weak-dp", drawn(), round=1, seed=0).noise, noises[0])


@pytest.mark.parametrize(
    ("name", "spoil", "message"),
    [
        ("no-defense", {"accepted": False, "weights": 0.0}, r"rows \[1\] have weight 0.*"),
        ("no-defense", {"weights": -0.5}, "the lowest weight is -0.5; allowed: >= 0"),
        ("no-defense", {"accepted": False}, r"rows \[1\] are accepted without weight, or .*"),
        ("no-defense", {"clip_factors": 0.5}, r"rows \[1\] are scaled; .*"),
        ("rfa", {"clip_factors": 1.5}, "clip factors span 1 to 1.5; allowed: 0 to 1"),
        ("norm-clipping", {"clip_factors": 0.0}, r"with norm bound 0.3, clipping took .*"),
    ],
)
def test_a_broken_promise_names_the_client_behind_the_row(name, spoil, message, monkeypatch):
    """The first participant has diverged and is left out: row 1 of the rest is the third, 0."""
    received = drawn()
    received.updates[0] = math.nan
    kind = defenses.rule_class(name)
    honest = kind.aggregate

    def sabotaged(rule, inputs):
        result = honest(rule, inputs)
        for field, value in spoil.items():
            values = getattr(result, field).clone()
            values[1] = value
            if field == "weights":
                values[0] += 1 - values.sum()
            result = dataclasses.replace(result, **{field: values})
        update = (result.weights * result.clip_factors) @ inputs.updates.double()
        return dataclasses.replace(result, update=update.float())

    monkeypatch.setattr(kind, "aggregate", sabotaged)
    told = rf"^defense {name}: {message}; clients: 0 \(row 1\)$"
    with pytest.raises(SimulationError, match=told):
        served(name, received)


@pytest.mark.parametrize("name", ["no-defense", "norm-clipping", "median"])
def test_a_diverged_client_that_is_left_out_changes_nothing(name):
    received, rest = drawn(buffers=True), drawn(buffers=True)
    received.updates[0, 3] = math.nan
    received.buffers[3, 1] = math.inf
    kept = [1, 2, 4]
    result = served(name, received)
    alone = defenses.run(
        defenses.rule(name, OPTIONS.get(name)),
        rest.updates[kept],
        COUNTS[kept],
        buffers=rest.buffers[kept],
    )
    assert torch.equal(result.update, alone.update)
    assert torch.equal(result.buffers, alone.buffers)
    assert result.accepted.tolist() == [False, True, True, False, True]
    for field, rest in (("weights", 0), ("clip_factors", 1)):
        values = getattr(result, field)
        if values is not None:
            assert values[[0, 3]].tolist() == [rest, rest]
            assert torch.equal(values[kept], getattr(alone, field))


@pytest.mark.parametrize(
    ("name", "lost"),
    [
        ("no-defense", range(5)),
        ("krum", [2]),
        ("weak-dp", range(5)),
        ("centered-clipping", range(5)),
    ],
)
def test_too_few_clients_leave_everything_as_it_is(name, lost):
    """Krum with f = 1 needs 5 clients, an average one; and there is no noise without an average."""
    received, memory = drawn(), {"centre": torch.ones(20)}
    for row, value in zip(lost, (math.nan, math.inf, -math.inf, math.nan, math.nan), strict=False):
        received.updates[row, 3] = value
    result = served(name, received, memory=memory)
    assert not result.update.any()
    assert not result.accepted.any()
    assert result.noise is None
    assert result.buffers is None
    assert result.memory == memory


def test_a_diverged_client_stops_the_run_by_name():
    received = drawn()
    received.updates[[0, 3], 2] = math.nan
    with pytest.raises(SimulationError, match=r"clients -1, 6 hold NaN or infinity"):
        served("no-defense", received, leave_out=False)
