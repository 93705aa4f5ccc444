"""What is timed: the paper's numbers, and the work that the plan counts for them."""

import functools
from dataclasses import replace

import numpy as np
import pytest
from benchmarks.workload import attacked_or_not, build, check_files, resolve

from edgecase.base.errors import ConfigError, DataError
from edgecase.config import load, resolve_cell
from edgecase.datasets import DATASETS
from edgecase.datasets.arrays import save_npz
from edgecase.datasets.standin_digits import digits
from edgecase.datasets.standin_sevens import sevens
from edgecase.federation.parameters import CellParameters
from edgecase.plan.work import cell_work
from edgecase.results.cells import Cell

TASKS = ("cifar10-southwest", "emnist-ardis")


@functools.cache
def full(task):
    return build(resolve(task, attacked=True, precision="bf16"))


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("attacked", [False, True])
def test_work_is_that_of_the_plan(task, attacked):
    parameters = resolve(task, attacked=attacked, precision="fp32", quick=True)
    # Of equal clients the plan's expectation is exact.
    parameters |= {"rounds": 1, "partition": {"kind": "iid", "num_samples": 96}}
    workload = build(parameters)
    planned = cell_work(workload.parameters)
    assert len(workload.parts) == planned.trainings
    assert workload.steps == planned.steps
    assert workload.samples == planned.samples
    # The plan counts the starting model's evaluation as well.
    tested = len(workload.arrays["y_test"]) + len(workload.poisoned["test_y"])
    assert 2 * tested == planned.evaluated


@pytest.mark.parametrize(
    ("task", "clients", "attacker"), [("cifar10-southwest", 10, 500), ("emnist-ardis", 30, 166)]
)
def test_the_papers_scale(task, clients, attacker):
    workload = full(task)
    cell = Cell(task, "fixed-freq-10", "edge-case", "blackbox", "no-defense")
    expected = resolve_cell(load() | {"precision": "bf16"}, cell)
    assert workload.parameters == CellParameters.of(expected)
    first, *honest = workload.parts
    assert (first.attacks, first.size) == (True, attacker)
    assert len(honest) == clients - 1
    assert not any(part.attacks for part in honest)
    # Clients are of unequal size, and about as many samples as the plan expects take part.
    assert len({part.size for part in honest}) > clients / 2
    planned = cell_work(replace(workload.parameters, rounds=1))
    assert workload.samples == pytest.approx(planned.samples, rel=0.1)
    assert workload.steps == pytest.approx(planned.steps, rel=0.1)
    dataset = workload.parameters.dataset
    assert workload.arrays["x_train"].shape[1:] == DATASETS[dataset].shape


def test_a_warm_up_is_a_part_of_the_round():
    workload = full("cifar10-southwest")
    beginning = workload.beginning()
    assert beginning.parts == workload.parts[:2]
    assert beginning.arrays["x_train"] is workload.arrays["x_train"]
    assert len(beginning.arrays["y_test"]) == 1000 < len(workload.arrays["y_test"])


def test_prepared_files_are_used(tmp_path):
    parameters = resolve("mnist-ardis", attacked=True, precision="fp32", quick=True)
    with pytest.raises(DataError, match=r"mnist\.npz: is missing"):
        check_files(parameters, tmp_path)
    arrays = digits()
    save_npz(tmp_path / "mnist.npz", arrays)
    save_npz(tmp_path / "ardis.npz", sevens())
    check_files(parameters, tmp_path)
    workload = build(parameters, tmp_path)
    np.testing.assert_array_equal(workload.arrays["x_train"], arrays["x_train"])
    assert len(workload.arrays["x_test"]) == parameters["test_samples"]


def test_nobody_attacks_in_the_set_up_of_pfl_research():
    assert attacked_or_not("cifar10-iid") == (False,)
    assert attacked_or_not("emnist-ardis") == (False, True)
    workload = build(resolve("cifar10-iid", attacked=False, precision="fp32"))
    assert [(part.size, part.steps, part.attacks) for part in workload.parts] == [
        (50, 5, False)
    ] * 50


def test_an_unknown_task_is_named():
    allowed = "task: 'nn' is unknown; allowed: cifar10-southwest, .*, cifar10-iid, cifar10-all$"
    with pytest.raises(ConfigError, match=allowed):
        resolve("nn", attacked=True, precision="fp32")
