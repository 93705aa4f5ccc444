"""Interrupted and resumed seeds end exactly as those that were left alone."""

import math

import numpy as np
import pytest
import torch
from tests.federation.conftest import DEFENSES

from edgecase import attacks
from edgecase.federation import state as states
from edgecase.federation.flat import FlatModel
from edgecase.federation.session import Session
from edgecase.federation.simulate import SeedRun
from edgecase.federation.trainer import Sequential, Stacked

ROUNDS = 3


class Killed(BaseException):
    pass


@pytest.fixture
def world(make_world, lay_out, classes, tmp_path):
    """`world(cell)(…)`: a session over seeds 0 and 1; returns (session, rows said, refusals)."""

    def make(cell, trainer=Sequential, dtype=torch.float32):
        data = make_world()
        module = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(math.prod(data.shape), 10))
        model = FlatModel(module, dtype=dtype)
        start = torch.linspace(-0.1, 0.1, model.parameters.numel(), dtype=dtype)
        population, tests = lay_out(data, cell, dtype)

        def attempt(seeds=(0, 1), die_after=None, mark="", together=False, files=True, every=9e9):
            said, refused = [], []
            named = {seed: (tmp_path / f"seed{seed}.safetensors", f"run{mark}") for seed in seeds}
            session = Session(named if files else {}, refused.append)

            def progress(seed, record):
                said.append((seed, record.values["fl_iter"]))
                if len(said) == die_after:
                    raise Killed

            runs = [
                SeedRun(seed, population, tests, session.states.get(seed))
                for seed in seeds
                if not session.is_done(seed, cell["rounds"])
            ]
            try:
                for group in [runs] if together else [[run] for run in runs]:
                    session.run(trainer(model), start, group, classes, cell, every, progress)
            except Killed:
                pass
            return session, said, refused

        return attempt

    return make


def rows(session):
    return {seed: repr([v for v, _ in state.reached]) for seed, state in session.states.items()}


@pytest.mark.parametrize("participation", ["fixed-freq-2", "fixed-pool-3"])
@pytest.mark.parametrize("attack", attacks.names())
def test_every_attack_under_every_defense(attack, participation, world, parameters, tmp_path):
    """Killed after every number of records in turn: each try goes on from the last round."""
    rng = np.random.default_rng(len(attack))
    for defense in DEFENSES:
        cell = parameters(defense, attack=attack, participation=participation, rounds=ROUNDS)
        attempt = world(cell)
        whole, said, _ = attempt(files=False)
        assert len(said) == 2 * (ROUNDS + 1)
        mark, records, tries = defense, [], 0
        while len(records) < 2 * (ROUNDS + 1):
            session, said, refused = attempt(die_after=int(rng.integers(2, 5)), mark=mark)
            assert not refused
            records += said
            tries += 1
        assert tries > 1
        assert sorted(records) == [(s, r) for s in (0, 1) for r in range(ROUNDS + 1)], "none twice"
        assert rows(session) == rows(whole)
        for path in tmp_path.glob("*"):
            path.unlink()


def test_seeds_that_are_apart_wait_for_each_other(world, parameters):
    """Stacked: killed between two seeds of a round, the one behind catches up alone."""
    cell = parameters("krum", attack="pgd", rounds=ROUNDS)
    attempt = world(cell, lambda model: Stacked(model, "grouped", 100), torch.float64)
    whole, _, _ = attempt(files=False, together=True)
    _, said, _ = attempt(die_after=5, together=True)
    assert said == [(0, 0), (1, 0), (0, 1), (1, 1), (0, 2)]
    session, said, _ = attempt(together=True)
    assert said == [(1, 2), (0, 3), (1, 3)]
    for seed in (0, 1):
        pairs = zip(session.states[seed].reached, whole.states[seed].reached, strict=True)
        for (ours, _), (alone, _) in pairs:
            for column, value in alone.items():
                if isinstance(value, float):
                    value = pytest.approx(value, rel=1e-9, nan_ok=True)
                assert ours[column] == value, column


def test_another_seed_trains_only_itself(world, parameters):
    attempt = world(parameters("rfa", attack="blackbox", rounds=ROUNDS))
    first, _, _ = attempt(seeds=(0,))
    both, said, _ = attempt(seeds=(0, 1))
    assert {seed for seed, _ in said} == {1}
    assert rows(both)[0] == rows(first)[0]


@pytest.mark.parametrize("together", [False, True])
def test_a_seed_that_is_done_does_not_run_again(together, world, parameters):
    attempt = world(parameters(rounds=2))
    first, _, _ = attempt(together=together)
    again, said, _ = attempt(together=together)
    assert said == []
    assert rows(again) == rows(first)


def test_a_state_of_other_parameters_starts_anew(world, parameters, tmp_path):
    attempt = world(parameters(rounds=3))
    attempt(seeds=(0,), die_after=2)
    _, said, refused = attempt(seeds=(0,), mark="other")
    assert said[0] == (0, 0)
    assert len(refused) == 1
    assert "seed 0 starts anew" in refused[0]
    assert (tmp_path / "seed0.safetensors.refused").exists()


def test_without_files_nothing_is_written(world, parameters, tmp_path):
    world(parameters(rounds=1))(files=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("every", "rounds"), [(0.0, [0, 1, 2, 3]), (9e9, [3])])
def test_states_are_written_as_often_as_asked_and_at_the_end(
    every, rounds, world, parameters, monkeypatch
):
    written = []
    monkeypatch.setattr(states, "save", lambda state, path, mark: written.append(state.round))
    world(parameters(rounds=3))(seeds=(0,), every=every)
    assert written == rounds


def test_what_a_killed_writer_left_is_removed(world, parameters, tmp_path):
    leftover = tmp_path / ".0123abcd.seed0.safetensors"
    leftover.write_bytes(b"half")
    other = tmp_path / ".0123abcd.seed1.safetensors"
    other.write_bytes(b"half of another's")
    world(parameters(rounds=1))(seeds=(0,))
    assert not leftover.exists()
    assert other.exists()
