"""Who is timed when, with processes that only pretend."""

import time

import pytest
import torch
from benchmarks.worker import NAIVE, PFL_RESEARCH, Contestant, Turn

from benchmarks import race
from edgecase.federation.trainer import BACKENDS, SEQUENTIAL

CPU = torch.device("cpu")


@pytest.fixture
def played(monkeypatch):
    """The order of turns; a worker takes as long as its `matrix_size` says, by a clock of ours."""
    order, now = [], [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])

    class Worker:
        def __init__(self, contestant):
            self.contestant = contestant

        def ready(self):
            return "does not fit" if self.contestant.data else None

        def turn(self):
            order.append(self.contestant.backend)
            now[0] += self.contestant.matrix_size
            return Turn({"train_s": 1.0}, 1.0, 1)

        def stop(self):
            order.append(f"{self.contestant.backend} stops")

    monkeypatch.setattr(race, "Worker", Worker)
    return order


def contestant(backend, seconds, data=None, width=0.5):
    parameters = {"model": {"name": "vgg9", "width": width}, "precision": "fp32"}
    return Contestant(parameters, backend, 1, "cpu", 1, data, seconds)


def test_turns_go_round_and_stop_before_the_deadline(played):
    entered = [contestant("a", 3), contestant("b", 5), contestant("c", 1, data="no")]
    outcomes = race.run(entered, CPU, deadline=12, everything=False)
    # After a and b it is 8; a ends at 11, b would end at 16, a again at 14.
    assert played == ["a", "b", "a", "a stops", "b stops", "c stops"]
    assert [len(outcomes[0]), len(outcomes[1]), outcomes[2]] == [2, 1, "does not fit"]


def test_everybody_has_one_turn_and_nobody_more_than_the_most(played):
    assert [len(turns) for turns in race.run([contestant("a", 9)], CPU, 0, everything=False)] == [1]
    found = race.run([contestant("a", 1)], CPU, 1000, everything=False)
    assert [len(turns) for turns in found] == [race.MOST_TURNS]


def test_what_takes_minutes_on_a_cpu_is_left_out_unless_asked_for(played):
    stacked = contestant("stacked-vmap", 1, width=1.0)
    entered = [contestant(SEQUENTIAL, 1, width=1.0), contestant(NAIVE, 1, width=1.0), stacked]
    *timed, left_out = race.run(entered, CPU, 0, everything=False)
    assert [len(turns) for turns in timed] == [1, 1]
    assert left_out == "takes minutes on a CPU; --all times it"
    assert all(len(turns) == 1 for turns in race.run(entered, CPU, 0, everything=True))
    (turns,) = race.run([stacked], torch.device("cuda"), 0, everything=False)
    assert len(turns) == 1


@pytest.mark.parametrize("installed", [False, True])
def test_pfl_research_takes_part_where_it_is_installed(installed, monkeypatch):
    monkeypatch.setattr(race, "pfl_installed", lambda: installed)
    entered = race.entries("cifar10-iid", False, CPU, quick=True)
    found = [one["precision"] for one, backend in entered if backend == PFL_RESEARCH]
    assert found == (["fp32", "bf16"] if installed else [])


@pytest.mark.parametrize(
    ("device", "precisions"), [("cpu", {"fp32", "bf16"}), ("cuda", {"fp32", "tf32", "bf16"})]
)
def test_every_backend_in_every_precision(device, precisions, monkeypatch):
    monkeypatch.setattr(race, "pfl_installed", lambda: False)
    entered = list(race.entries("emnist-ardis", True, torch.device(device), quick=True))
    assert len(entered) == 1 + len(BACKENDS) * len(precisions)
    found = {(backend, parameters["precision"]) for parameters, backend in entered}
    assert found == {(b, p) for b in BACKENDS for p in precisions} | {(NAIVE, "fp32")}
