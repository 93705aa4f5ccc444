"""Interrupted and resumed seeds end exactly as those that were left alone."""

import math

import numpy as np
import pytest
import torch
from tests.federation.conftest import ATTACKS, pairings, typed

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

        def attempt(
            seeds=(0, 1),
            die_after=None,
            mark="",
            together=False,
            files=True,
            every=9e9,
            device="a CPU",
        ):
            said, refused = [], []
            named = {seed: (tmp_path / f"seed{seed}.safetensors", f"run{mark}") for seed in seeds}
            session = Session(named if files else {}, refused.append, device)

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
                    session.run(
                        trainer(model), start, group, classes, typed(cell), 7, every, progress
                    )
            except Killed:
                pass
            return session, said, refused

        return attempt

    return make


def rows(session):
    return {seed: repr([v for v, _ in state.reached]) for seed, state in session.states.items()}


@pytest.mark.parametrize("attack", ATTACKS)
def test_every_attack_and_every_defense(attack, world, parameters, tmp_path):
    """Killed after every number of records in turn: each try goes on from the last round."""
    rng = np.random.default_rng(len(attack))
    for participation, defense in pairings(attack):
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


def stacked(model):
    return Stacked(model, "grouped", 100)


def test_stacked_seeds_go_on_from_one_round(world, parameters):
    """Killed between two seeds of a round: the round counts for neither."""
    cell = parameters("krum", attack="pgd", rounds=ROUNDS)
    attempt = world(cell, stacked)
    whole, _, _ = attempt(files=False, together=True)
    _, said, _ = attempt(die_after=5, together=True)
    assert said == [(0, 0), (1, 0), (0, 1), (1, 1), (0, 2)]
    session, said, _ = attempt(together=True)
    assert said == [(0, 2), (1, 2), (0, 3), (1, 3)]
    assert rows(session) == rows(whole)


def test_stacked_seeds_killed_between_two_files(world, parameters, monkeypatch, tmp_path):
    """After whatever file nothing more is written, the seeds have a round in common."""
    attempt = world(parameters("rfa", attack="blackbox", rounds=ROUNDS), stacked)
    whole, _, _ = attempt(files=False, together=True)
    save, last, ended = states.save, 0, False
    while not ended:
        last += 1
        left = iter(range(last))

        def save_until_killed(*state, left=left):
            if next(left, None) is None:
                raise Killed
            save(*state)

        with monkeypatch.context() as patch:
            patch.setattr(states, "save", save_until_killed)
            attempt(together=True, every=0)
            ended = next(left, None) is not None
        session, said, refused = attempt(together=True)
        assert not refused
        assert rows(session) == rows(whole)
        assert {r for s, r in said if s == 0} == {r for s, r in said if s == 1}
        for path in tmp_path.glob("*"):
            assert states.load(path, "run").before is None, "what is done needs no model"
            path.unlink()
    assert last > 2 * (ROUNDS + 1)


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("begun", [False, True])
def test_another_seed_trains_only_itself(begun, together, world, parameters):
    trainer = stacked if together else Sequential
    attempt = world(parameters("rfa", attack="blackbox", rounds=ROUNDS), trainer)
    first, _, _ = attempt(seeds=(0,), together=together)
    if begun:
        attempt(die_after=2, together=together)
    both, said, _ = attempt(seeds=(0, 1), together=together)
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


@pytest.mark.parametrize("together", [False, True])
def test_a_signal_while_the_state_is_saved_loses_nothing(together, world, parameters, monkeypatch):
    """SIGTERM comes once: what it breaks off is written again on the way out."""
    attempt = world(parameters(rounds=ROUNDS), stacked if together else Sequential)
    save, broken = states.save, []

    def broken_off(state, path, mark):
        if state.round == 2 and not broken:
            broken.append(True)
            raise Killed
        save(state, path, mark)

    monkeypatch.setattr(states, "save", broken_off)
    attempt(seeds=(0,), every=0, together=together)
    assert broken
    _, said, _ = attempt(seeds=(0,), together=together)
    assert said == [(0, 3)]


def test_a_signal_while_the_last_state_is_saved_loses_nothing(world, parameters, monkeypatch):
    attempt = world(parameters(rounds=ROUNDS))
    save, broken = states.save, []

    def broken_off(*state):
        if not broken:
            broken.append(True)
            raise Killed
        save(*state)

    monkeypatch.setattr(states, "save", broken_off)
    attempt(seeds=(0,))
    assert broken
    _, said, _ = attempt(seeds=(0,))
    assert said == []


def test_every_device_is_on_record(world, parameters):
    attempt = world(parameters(rounds=ROUNDS))
    attempt(seeds=(0,), die_after=2)
    attempt(seeds=(0,), die_after=1, device="a GPU")
    session, _, _ = attempt(seeds=(0,))
    assert session.states[0].devices == ("a CPU", "a GPU")
