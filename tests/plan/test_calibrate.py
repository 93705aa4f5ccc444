"""The calibration, against the time that a training takes."""

import time

import pytest
import torch

from edgecase import models
from edgecase.attacks import LocalTraining
from edgecase.federation.flat import FlatModel
from edgecase.federation.local import Samples, Store, Stream, train_locally
from edgecase.plan.calibrate import measure
from edgecase.plan.flops import operations
from edgecase.transforms import task_transforms

SETTING = {
    "dataset": "standin-digits",
    "model": "lenet",
    "width": 0.125,
    "batch_size": 16,
    "test_batch_size": 64,
    "precision": "fp32",
}


def test_seconds_and_operations_of_a_tiny_model():
    speed = measure(SETTING, torch.device("cpu"))
    counted = operations(models.build("lenet", width=0.125), (28, 28, 1))
    assert speed["training_flops"] == counted.training
    assert speed["forward_flops"] == counted.forward
    assert speed["step_s"] >= 0
    assert speed["sample_s"] >= 0
    assert 0 < speed["evaluate_s"] < 0.1

    model = FlatModel(models.build("lenet", width=0.125))
    store = Store(torch.zeros((64, 28, 28, 1), dtype=torch.uint8), torch.zeros(64, dtype=int))
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


@pytest.mark.parametrize("change", [{"precision": "bf16"}, {"batch_size": 1}])
def test_every_precision_and_size_can_be_measured(change):
    speed = measure(SETTING | change, torch.device("cpu"))
    assert speed["step_s"] + speed["sample_s"] > 0
