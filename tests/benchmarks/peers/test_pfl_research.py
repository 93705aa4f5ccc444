"""A round by pfl-research's classes is a round of this project; needs its package `pfl`."""

import pytest
import torch
from benchmarks.workload import build, resolve
from tests.benchmarks.rounds import assert_is_the_projects

from edgecase.base.errors import ConfigError
from edgecase.models.layers import Dropout

pytest.importorskip("pfl")
from benchmarks.peers.pfl_research import PflResearch

CPU = torch.device("cpu")


@pytest.mark.parametrize("task", ["cifar10-iid", "emnist-ardis"])
def test_its_round_is_that_of_the_project(task, monkeypatch):
    """Without dropout and with one batch per client, only rounding differs."""
    for dropout in (Dropout, torch.nn.Dropout, torch.nn.Dropout2d):
        monkeypatch.setattr(dropout, "forward", lambda _, x: x)
    parameters = resolve(task, attacked=False, precision="fp32", quick=True)
    workload = build(parameters | {"batch_size": 512})
    assert len(workload.parts) > 1
    assert_is_the_projects(PflResearch(workload, 1, CPU).train(), workload)


def test_training_and_tests_are_timed():
    workload = build(resolve("cifar10-iid", attacked=False, precision="bf16", quick=True))
    seconds = PflResearch(workload, 2, CPU).round()
    assert list(seconds) == ["train_s", "aggregate_s", "evaluate_s"]
    assert seconds["train_s"] > 0
    assert seconds["evaluate_s"] > 0


@pytest.mark.parametrize(
    ("task", "attacked", "changes", "message"),
    [
        ("emnist-ardis", True, {}, "pfl-research: has no attackers"),
        ("cifar10-southwest", False, {}, "pfl-research: has no augmentation"),
        (
            *("emnist-ardis", False, {"model": {"name": "vgg16", "width": 1.0}}),
            "pfl-research: has no model 'vgg16'; allowed: vgg9, lenet, cnn",
        ),
    ],
)
def test_what_it_does_not_do_is_said(task, attacked, changes, message):
    parameters = resolve(task, attacked=attacked, precision="fp32", quick=True) | changes
    with pytest.raises(ConfigError, match=message):
        PflResearch(build(parameters), 1, CPU)
