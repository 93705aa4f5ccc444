"""Rules that remember, that prepare the model, that act at the end, and that train themselves."""

import itertools
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.federation import small

from edgecase import defenses
from edgecase.defenses import registry
from edgecase.defenses.contract import Rule, combine
from edgecase.federation.flat import FlatModel
from edgecase.federation.local import Stream, train_locally
from edgecase.federation.state import load

ROUNDS = 3
#: the rules that carry something, or that are no weighted sum, and what they are given.
RULES = {
    "median": {},
    "centered-clipping": {"norm_bound": 0.05, "steps": 2},
    "fltrust": {"root_samples": 6},
    "foolsgold": {},
    "fedgrad": {"switch_round": 2, "trust": True},
    "crfl": {"rho_start": 1.8, "rho_growth": 0.01, "rho_cap": 1.82, "sigma": 0.01},
    "marking": {},
    "indicator": {"ood_dataset": "elsewhere", "images": 20, "epochs": 5, "lr": 0.1, "every": 2},
    "krum": {
        "num_byzantine": 1,
        "before": [{"name": "bucketing", "size": 1}],
        "server_step": {"name": "fedadam", "lr": 0.01},
    },
}


@pytest.fixture(autouse=True)
def marking(monkeypatch):
    """Register a rule that looks for its mark, remembers the rounds, and tunes the last model."""
    for table in ("_RULES", "_PLACES"):
        monkeypatch.setattr(registry, table, dict(getattr(registry, table)))
    return register_marking()


def register_marking():
    @defenses.register("marking")
    @dataclass(frozen=True)
    class Marking(Rule):
        """Send the model with a mark on one coordinate, take the mark off, double at the end."""

        weighted_sum = False

        def prepare(self, model, memory, generator):
            marked = model.clone()
            marked[int(torch.randint(len(model), (), generator=generator))] += 1
            return marked

        def aggregate(self, inputs):
            result = combine(inputs, inputs.shares)
            seen = inputs.memory.get("models", inputs.updates.new_zeros(0, inputs.updates.shape[1]))
            models = torch.cat([seen, inputs.global_model[None]])
            return defenses.Aggregate(result.update, result.accepted, memory={"models": models})

        def after_last_round(self, model, memory, generator):
            return memory["models"].sum(dim=0)

    return Marking


def records(name):
    return list(small.World(name, RULES[name]).records())


def test_a_rule_prepares_the_model_and_acts_after_the_last_round():
    """The clients start from the marked model; what the rule remembers of it is the last model."""
    found = records("marking")
    assert len(found) == ROUNDS + 1
    memory = [record.carried.memory for record in found]
    assert memory[0] == {}
    assert [len(kept["models"]) for kept in memory[1:]] == [1, 2, 3]
    for before, kept in zip(found, memory[1:], strict=False):
        marks = kept["models"][-1] - before.parameters
        assert marks.count_nonzero() == 1
        torch.testing.assert_close(marks.max(), torch.tensor(1.0))
    last = memory[-1]["models"].sum(dim=0)
    assert torch.equal(found[-1].parameters, last)
    assert found[-1].parameters.norm() > found[-2].parameters.norm()


def test_centered_clipping_goes_on_from_its_last_aggregate():
    found = records("centered-clipping")
    for earlier, later in itertools.pairwise(found[1:]):
        moved = later.carried.memory["centre"] - earlier.carried.memory["centre"]
        assert 0 < moved.norm() <= 2 * 0.05 * (1 + 1e-5)
    first = found[1].parameters - found[0].parameters
    torch.testing.assert_close(first, found[1].carried.memory["centre"])
    assert found[1].values["num_clipped"] == 5


def test_crfl_reports_the_clipped_model_and_goes_on_from_a_noisy_one():
    """ρ is 1.81, 1.82 and 1.82; noise of N(0, 0.01²) in 170 coordinates has a norm near 0.13."""
    found = records("crfl")
    norms = [record.parameters.norm().item() for record in found]
    assert norms[0] > 1.82
    assert norms[1] == pytest.approx(1.81, rel=1e-5)
    assert max(norms[2:]) <= 1.82 * (1 + 1e-5)
    noises = [record.values["noise_norm"] for record in found]
    assert noises[:2] == [0, 0]
    assert noises[2:] == pytest.approx([0.13, 0.13], rel=0.2)
    quiet = small.World("crfl", RULES["crfl"] | {"sigma": 0.0}).records()
    assert not torch.equal([*quiet][2].parameters, found[2].parameters)


def test_the_root_is_withheld_from_the_clients_and_trained_on():
    """The aggregate is no longer than what honest training on the root set gives."""
    world = small.World("fltrust", RULES["fltrust"])
    population = world.population
    root = set(population.root.index.tolist())
    assert len(root) == 6
    for client, samples in enumerate(population.honest):
        kept = set(samples.index.tolist())
        assert not kept & root
        edge = kept - set(world.partition.client(client).tolist())
        assert population.honest_counts[client] == len(kept - edge) > 0
    assert not root & set(population.attacker.index.tolist())
    start, first = list(world.records())[:2]
    model = FlatModel(small.network())
    training = world.parameters.honest_training(1)
    stream = Stream(small.SEED, 1, 0, "root-")
    train_locally(*(model, start.parameters, population.store, population.root, training, stream))
    longest = (model.parameters - start.parameters).norm()
    step = (first.parameters - start.parameters).norm()
    assert 0 < step <= longest * (1 + 1e-5)
    refused = first.values["refused_ids"].split()
    assert first.values["num_accepted"] == 5 - len(refused)


def test_running_statistics_are_averaged_over_the_clients_that_are_kept():
    """Against a plain loop over the clients; the saved state keeps them, no distance sees them."""
    world = small.World("multi-krum", {"num_byzantine": 1}, normalised=True)
    population = world.population
    start, first = list(world.records())[:2]
    clients = [int(client) for client in first.values["client_ids"].split()]
    refused = [int(client) for client in first.values["refused_ids"].split()]
    assert len(refused) == 1
    model, sent = FlatModel(small.network(normalised=True)), {}
    for client in clients:
        train_locally(
            *(model, start.parameters, population.store, population.honest[client]),
            *(world.parameters.honest_training(1), Stream(small.SEED, 1, client)),
            buffers=start.carried.buffers,
        )
        sent[client] = model.parameters - start.parameters, model.buffers.clone()
    kept = [client for client in clients if client not in refused]
    counts = torch.tensor([float(population.honest_counts[client]) for client in kept])
    shares = (counts / counts.sum())[:, None]
    buffers = (shares * torch.stack([sent[client][1] for client in kept])).sum(dim=0)
    update = (shares * torch.stack([sent[client][0] for client in kept])).sum(dim=0)
    torch.testing.assert_close(first.carried.buffers, buffers)
    torch.testing.assert_close(first.parameters - start.parameters, update, rtol=1e-4, atol=1e-6)
    assert not torch.equal(start.carried.buffers, buffers)


def test_a_rule_without_a_root_leaves_everybodys_samples_alone():
    assert small.World("median", {}).population.root is None


@pytest.mark.parametrize(
    ("name", "normalised"), [*((name, False) for name in RULES), ("median", True)]
)
def test_a_run_that_is_broken_off_after_any_round_ends_in_the_same_bits(name, normalised, tmp_path):
    whole = small.World(name, RULES[name], normalised)
    undisturbed, states = {}, {}
    for round in range(ROUNDS + 1):
        path = tmp_path / f"whole{round}.safetensors"
        whole.run(path, stop_after=round)
        states[round] = load(path, "here")
        undisturbed = repr([values for values, _ in states[round].rows])
    broken = tmp_path / "broken.safetensors"
    for round in range(ROUNDS + 1):
        small.World(name, RULES[name], normalised).run(broken, stop_after=round)
        found = load(broken, "here")
        assert found.round == round
        assert found.carried.keys() == states[round].carried.keys()
        for key, tensor in states[round].carried.items():
            assert torch.equal(found.carried[key], tensor)
        if round < ROUNDS:
            assert torch.equal(found.parameters, states[round].parameters)
    assert repr([values for values, _ in found.rows]) == undisturbed


def test_a_rule_that_remembers_survives_a_real_kill(tmp_path):
    """SIGKILL after each round: no handler runs, and what follows is what it would have been."""
    path, whole = tmp_path / "killed.safetensors", tmp_path / "whole.safetensors"
    name, values = "centered-clipping", RULES["centered-clipping"]
    small.World(name, values).run(whole)
    for round in (1, 2):
        code = f"from tests.federation import small; small.die({name!r}, {values}, {str(path)!r})"
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=Path(__file__).parents[2],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(["workflow", "."])},
            capture_output=True,
            check=False,
        )
        assert done.returncode == -signal.SIGKILL, done.stderr.decode()
        state = load(path, "here")
        assert state.round == round
        assert state.carried.keys() == {"memory.centre"}
    small.World(name, values).run(path)
    rows = [repr([v for v, _ in load(file, "here").rows]) for file in (path, whole)]
    assert rows[0] == rows[1]
    assert not np.isnan(load(path, "here").rows[-1][0]["main_task_acc"])
