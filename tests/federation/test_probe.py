"""The choice of a back-end."""

import dataclasses
import json
from types import SimpleNamespace

import pytest
import torch

from edgecase import models
from edgecase.base.errors import DataError
from edgecase.federation import probe as probing
from edgecase.federation.flat import FlatModel
from edgecase.federation.local import Samples
from edgecase.federation.parameters import ModelParameters
from edgecase.federation.probe import Work, choose_backend, fastest, probe
from edgecase.federation.stores import ImageStore
from edgecase.federation.trainer import BACKENDS
from edgecase.federation.transforms import task_transforms

WORK = Work(members=2, batch_size=3, precision="fp32", memory=2**30)
#: fewer samples than the steps of a probe take
DATA = (
    ImageStore(torch.zeros(5, 28, 28, 1, dtype=torch.uint8), torch.zeros(5, dtype=torch.int64)),
    Samples(torch.arange(5), task_transforms(1, "published").honest),
)
LENET = ModelParameters("lenet", 1 / 16)


@pytest.fixture
def model():
    return FlatModel(models.build("lenet", width=1 / 16))


@pytest.fixture
def on_a_gpu(monkeypatch):
    """A model on a made-up device called `name`, and how often back-ends were timed."""
    timed = []

    def measure(model, store, samples, work):
        timed.append(work)
        return {"sequential": 3.0, "stacked-grouped": 1.0, "stacked-unfold": 2.0}

    def make(name):
        monkeypatch.setattr(probing.devices, "describe", lambda device: name)
        monkeypatch.setattr(probing, "probe", measure)
        return SimpleNamespace(device=torch.device("cuda")), timed

    return make


def test_every_back_end_is_timed(model):
    before = model.parameters.clone()
    seconds = probe(model, *DATA, WORK)
    assert list(seconds) == list(BACKENDS)
    assert all(value > 0 for value in seconds.values())
    assert model.parameters.equal(before), "a learning rate of 0 moves nothing"


def test_a_back_end_that_does_not_fit_is_left_out(model):
    seconds = probe(model, *DATA, Work(2, 3, "fp32", memory=1))
    assert {name for name, value in seconds.items() if value} == {"sequential", "at-once"}


def test_seconds_are_those_of_one_step(model, monkeypatch):
    """A clock that advances by 8 s in every training of 4 steps."""
    ticks = iter(range(0, 10_000, 8))
    clock = SimpleNamespace(perf_counter=lambda: next(ticks))
    monkeypatch.setattr(probing, "time", clock)
    assert set(probe(model, *DATA, WORK).values()) == {2.0}


def test_the_fewest_seconds_win():
    assert fastest({"a": None, "b": 2.0, "c": 0.5}) == "c"


def test_a_cpu_trains_as_many_at_once_as_it_has_threads_and_measures_nothing(
    model, tmp_path, monkeypatch
):
    alone = dataclasses.replace(WORK, members=1)
    for threads, work, backend in [
        *((1, WORK, "sequential"), (2, WORK, "at-once"), (2, alone, "sequential")),
    ]:
        monkeypatch.setattr(torch, "get_num_threads", lambda threads=threads: threads)
        assert choose_backend(model, LENET, *DATA, work, tmp_path / "probe") == backend
    assert not (tmp_path / "probe").exists()


def test_a_choice_is_made_once_per_kind_of_work_and_device(on_a_gpu, tmp_path):
    model, timed = on_a_gpu("NVIDIA H200/2")
    for _ in range(2):
        assert choose_backend(model, LENET, *DATA, WORK, tmp_path) == "stacked-grouped"
    assert len(timed) == 1
    (path,) = tmp_path.glob("*.json")
    assert path.name == "lenet-0.0625-2x3-fp32-nvidia-h200-2.json"
    content = json.loads(path.read_text())
    assert content["seconds_per_step"]["stacked-unfold"] == 2.0
    choose_backend(model, ModelParameters("lenet", 1.0), *DATA, WORK, tmp_path)
    choose_backend(model, LENET, *DATA, Work(4, 3, "fp32", 2**30), tmp_path)
    choose_backend(on_a_gpu("NVIDIA A100")[0], LENET, *DATA, WORK, tmp_path)
    assert len(timed) == 4


@pytest.mark.parametrize(
    "content", ["{", "[]", "{}", '{"backend": "fast"}', '{"backend": ["sequential"]}']
)
def test_a_broken_choice_is_refused_by_name(content, on_a_gpu, tmp_path):
    model, _ = on_a_gpu("NVIDIA H200")
    choose_backend(model, LENET, *DATA, WORK, tmp_path)
    (path,) = tmp_path.glob("*.json")
    path.write_text(content)
    with pytest.raises(DataError, match=rf"{path.name}: .*elete it"):
        choose_backend(model, LENET, *DATA, WORK, tmp_path)
