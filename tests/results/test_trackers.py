"""Rounds in TensorBoard and Trackio: what was written is read back by the packages' own readers."""

from importlib.util import find_spec

import pytest

from edgecase.base.errors import ConfigError
from edgecase.results import trackers
from edgecase.results.rounds import ROUND_COLUMNS


def row(round, **values):
    plain = dict.fromkeys(ROUND_COLUMNS, 0) | {"client_ids": "3", "refused_ids": "3 1"}
    return plain | {"fl_iter": round, "diverged_ids": None} | values


def test_numbers_of_a_round_in_memory_and_in_a_file_are_the_same():
    memory = row(2, backdoor_acc=None, wg_norm=0.25)
    file = {key: "" if value is None else str(value) for key, value in memory.items()}
    found = trackers.scalars(memory)
    assert found == trackers.scalars(file)
    assert found["wg_norm"] == 0.25
    assert not {"fl_iter", "client_ids", "refused_ids", "backdoor_acc"} & set(found)


def test_a_missing_package_is_named_with_the_key(monkeypatch):
    monkeypatch.setattr(trackers, "find_spec", lambda name: None)
    trackers.require([])
    with pytest.raises(ConfigError) as caught:
        trackers.require(["trackio", "tensorboard"])
    assert caught.value.problems[0].startswith("trackers: 'trackio' needs the package trackio")
    assert len(caught.value.problems) == 2


def follow(name, folder):
    """A cell that is killed after round 3 of seed 7, and goes on from round 1; seed 8 is done."""
    [killed] = trackers.trackers([name], folder / "small", "mnist/krum")
    killed.begin(7, [])
    for round in range(4):
        killed.add(7, row(round, main_task_acc=50 + round))
    killed.end()
    [again] = trackers.trackers([name], folder / "small", "mnist/krum")
    again.begin(7, [row(round, main_task_acc=60 + round) for round in range(2)])
    again.begin(8, [row(0, main_task_acc="40")])
    again.add(7, row(2, main_task_acc=62, backdoor_acc=None))
    again.end()


@pytest.mark.skipif(find_spec("tensorboard") is None, reason="needs tensorboard")
def test_tensorboard_reads_each_round_once(tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    follow("tensorboard", tmp_path)
    read = EventAccumulator(str(tmp_path / "small/tensorboard/mnist/krum/seed7")).Reload()
    found = [(event.step, event.value) for event in read.Scalars("main_task_acc")]
    assert found == [(0, 60), (1, 61), (2, 62)]
    assert [event.step for event in read.Scalars("backdoor_acc")] == [0, 1]
    assert "client_ids" not in read.Tags()["scalars"]


@pytest.mark.skipif(find_spec("trackio") is None, reason="needs trackio")
def test_trackio_has_each_round_once(tmp_path):
    follow("trackio", tmp_path)
    from trackio.sqlite_storage import SQLiteStorage

    assert len(SQLiteStorage.get_runs("small")) == 1
    rows = SQLiteStorage.get_logs("small", "mnist/krum")
    found = [
        (row["step"], row["seed7/main_task_acc"]) for row in rows if "seed7/main_task_acc" in row
    ]
    assert sorted(found) == [(0, 60), (1, 61), (2, 62)]
    assert [row["seed8/main_task_acc"] for row in rows if "seed8/main_task_acc" in row] == [40]
