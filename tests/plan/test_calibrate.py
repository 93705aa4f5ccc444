"""The calibration, against the time that a training takes."""

import time

import pytest
import torch

from edgecase import models
from edgecase.attacks import LocalTraining
from edgecase.federation.at_once import AtOnce
from edgecase.federation.flat import FlatModel
from edgecase.federation.local import Samples, Stream, train_locally
from edgecase.federation.stacked import train
from edgecase.federation.stores import ImageStore
from edgecase.federation.trainer import build_trainer
from edgecase.federation.transforms import task_transforms
from edgecase.machine.device import total_memory
from edgecase.plan import calibrate
from edgecase.plan.calibrate import measure
from edgecase.plan.flops import operations

SETTING = {
    "dataset": "standin-digits",
    "model": "lenet",
    "width": 0.125,
    "batch_size": 16,
    "test_batch_size": 64,
    "precision": "fp32",
    "backend": "sequential",
    "members": 1,
}


def test_seconds_and_operations_of_a_tiny_model():
    speed = measure(SETTING, torch.device("cpu"))
    counted = operations(models.build("lenet", width=0.125), torch.zeros(1, 1, 28, 28))
    assert speed["training_flops"] == counted.training
    assert speed["forward_flops"] == counted.forward
    assert speed["step_s"] >= 0
    assert speed["sample_s"] >= 0
    assert 0 < speed["evaluate_s"] < 0.1

    model = FlatModel(models.build("lenet", width=0.125))
    store = ImageStore(torch.zeros((64, 28, 28, 1), dtype=torch.uint8), torch.zeros(64, dtype=int))
    samples = Samples(torch.arange(64), task_transforms(1, "published").honest)
    training = LocalTraining(3, 16, lr=0.01, momentum=0.9, weight_decay=0.0)
    seconds = []
    for _ in range(3):
        began = time.perf_counter()
        train_locally(model, model.parameters.clone(), store, samples, training, Stream(0, 1, 0))
        seconds.append(time.perf_counter() - began)
    # 12 steps of 16 samples; other processes may slow either side.
    estimated = 12 * speed["step_s"] + 192 * speed["sample_s"]
    assert min(seconds) / 20 < estimated < 20 * max(seconds)


TEXT = {"dataset": "standin-comments", "model": "tied-lstm", "batch_size": 4}


@pytest.mark.parametrize("change", [{"precision": "bf16"}, {"batch_size": 1}, TEXT])
def test_every_precision_and_size_can_be_measured(change):
    speed = measure(SETTING | change, torch.device("cpu"))
    assert speed["step_s"] + speed["sample_s"] > 0


def test_members_of_a_stacked_batch_share_its_time(monkeypatch):
    # The clock of this test: a forward pass of stacked training takes a second, whoever is in it.
    passed = []
    monkeypatch.setattr(calibrate.time, "perf_counter", lambda: float(len(passed)))
    forward = train.forward

    def counted(*arguments):
        passed.append(len(arguments[3]))
        return forward(*arguments)

    monkeypatch.setattr(train, "forward", counted)
    setting = SETTING | {"backend": "stacked-unfold", "members": 4}
    speed = measure(setting, torch.device("cpu"))
    assert set(passed) == {4}
    assert speed["step_s"] == pytest.approx(1 / 4)


def test_clients_at_once_share_the_time_of_those_that_train_together(monkeypatch):
    # The clock of this test: a training takes a second, however many clients it is of.
    trained = []
    monkeypatch.setattr(calibrate.time, "perf_counter", lambda: float(len(trained)))
    monkeypatch.setattr(AtOnce, "train", lambda self, store, jobs, autocast: trained.append(jobs))
    cpu, before = torch.device("cpu"), torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        usual = calibrate._as_it_runs(SETTING | {"backend": "auto", "members": 30}, cpu)
        speed = measure(usual, cpu)
    finally:
        torch.set_num_threads(before)
    assert {len(jobs) for jobs in trained} == {3}
    assert speed["step_s"] == pytest.approx(1 / calibrate._STEPS / 3)
    assert speed["sample_s"] == 0


def test_a_cpu_that_chooses_on_one_thread_trains_one_client_after_the_other():
    cpu = torch.device("cpu")
    usual = calibrate._as_it_runs(SETTING | {"backend": "auto", "members": 30}, cpu)
    assert usual == SETTING
    stacked = SETTING | {"backend": "stacked-vmap", "members": 30}
    assert calibrate._as_it_runs(stacked, cpu) == stacked


def test_a_choice_is_the_fastest_of_the_probe(monkeypatch):
    asked, built = [], []

    def probed(model, store, samples, work):
        assert store.sample_shape == (28, 28, 1)
        asked.append(work)
        return {"sequential": 2.0, "stacked-grouped": None, "stacked-unfold": 1.0}

    def build(backend, *arguments):
        built.append(backend)
        return build_trainer(backend, *arguments)

    monkeypatch.setattr(calibrate, "probe", probed)
    monkeypatch.setattr(calibrate, "build_trainer", build)
    measure(SETTING | {"backend": "auto", "members": 3}, torch.device("cpu"), jobs_per_device=2)
    assert built == ["stacked-unfold"]
    (work,) = asked
    assert (work.members, work.batch_size) == (3, 16)
    assert work.memory == int(0.4 * total_memory(torch.device("cpu")))
