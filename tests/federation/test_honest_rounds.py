"""A starting model by honest rounds: those of a cell without attack, and the same after a stop."""

from pathlib import Path

import pytest
import torch

from edgecase import config
from edgecase.base.parameters import read
from edgecase.datasets import standin_tweets
from edgecase.federation import honest_rounds
from edgecase.federation.experiment import Execution
from edgecase.federation.honest_rounds import train_by_rounds
from edgecase.federation.parameters import StartParameters

ROOT = Path(__file__).parents[2]
ROUNDS = 3


@pytest.fixture(scope="module")
def arrays():
    return standin_tweets.tweets()


@pytest.fixture(scope="module")
def values():
    demo = config.load(ROOT / "config" / "demo.yaml")
    demo["tasks"]["standin-tweets"] |= {
        **{"start_rounds": ROUNDS, "clients_per_round": 2, "local_epochs": 1, "gamma": 0.5},
        **{"partition": {"kind": "iid", "num_samples": 300}, "test_samples": 40, "lr": 0.05},
    }
    return config.resolve_start(config.resolve_task(demo, "standin-tweets"))


class Stop(Exception):
    pass


def train(values, arrays, folder=None):
    started = []

    def initial(experiment):
        started.append(experiment.start.clone())

    said = []
    execution = Execution(torch.device("cpu"), "sequential")
    state = None if folder is None else (folder, "this training")
    parameters = read(StartParameters, values)
    model, _ = train_by_rounds(parameters, arrays, execution, initial, state, 0.0, said.append)
    return started[0], model, said


def test_the_schedule_ends_where_round_1_begins(values):
    """lr · gamma^(t − 1) at t = −2, −1 and 0, for round 1's lr of 0.05 and a gamma of 0.5."""
    rounds = read(StartParameters, values).rounds
    assert [rounds.lr_in(t) for t in (1, 2, 3)] == pytest.approx([0.4, 0.2, 0.1])


def test_a_stopped_training_goes_on_to_the_same_model(values, arrays, tmp_path, monkeypatch):
    start, whole, _ = train(values, arrays)
    assert not torch.equal(start, whole)

    class Breaking(honest_rounds.Meter):
        def show(self, done, place, note=""):
            if done == 2:
                raise Stop

    with monkeypatch.context() as patch:
        patch.setattr(honest_rounds, "Meter", Breaking)
        with pytest.raises(Stop):
            train(values, arrays, tmp_path)
    assert (tmp_path / "rounds.safetensors").is_file()
    _, resumed, said = train(values, arrays, tmp_path)
    assert torch.equal(resumed, whole)
    assert said == []
    # Stopped behind the last round, it begins again.
    _, again, _ = train(values, arrays, tmp_path)
    assert torch.equal(again, whole)
