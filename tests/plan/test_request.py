"""What jobs ask of a scheduler, from the same counts as the plan's hours."""

import dataclasses
import json
import time
from pathlib import Path

import pytest
from tests.plan.made_up import SPEED, answer, calibration

from edgecase import config as configuration
from edgecase.plan import speed
from edgecase.plan.asked import Asked
from edgecase.plan.request import START_MINUTES, Requests
from edgecase.plan.work import cell_job, density_job, jobs, start_job
from edgecase.results.cells import Cell, all_cells

ROOT = Path(__file__).parents[2]
PAPER = configuration.load()
DEMO = configuration.load(ROOT / "config" / "demo.yaml")
CELL = cell_job(
    PAPER,
    Cell("cifar10-southwest", "fixed-freq-10", "edge-case", "blackbox", "krum", "default"),
)
START = start_job(PAPER, "cifar10-southwest", "default")
DENSITIES = density_job(PAPER, "cifar10-southwest")


def requests(**changes):
    """Requests for jobs on a GPU that nobody measured, with no limit that matters."""
    plain = {"margin": 2, "max_minutes": 10**6, "on_gpu": True, "measured": None}
    return Requests(**(plain | changes))


def test_minutes_are_the_measured_seconds_with_the_margin():
    measured = calibration([CELL], start_s=2.0)
    seconds = (
        2.0
        + SPEED.step_s * CELL.work.steps
        + SPEED.sample_s * CELL.work.samples
        + SPEED.evaluate_s * CELL.work.evaluated
    )
    for margin in (1, 3):
        asked = requests(margin=margin, measured=measured).minutes(CELL)
        assert asked - 1 < START_MINUTES + margin * seconds / 60 <= asked


def test_minutes_grow_with_the_attempt_up_to_the_limit():
    first = requests().minutes(CELL)
    asked = requests(max_minutes=3 * first)
    assert [asked.minutes(CELL, attempt) for attempt in (1, 4)] == [first, 3 * first]
    assert 2 * first - 2 < asked.minutes(CELL, 2) <= 2 * first


def test_a_setting_that_was_not_measured_is_taken_to_be_slow():
    other = calibration([CELL])
    elsewhere = dataclasses.replace(CELL.setting, precision="bf16")
    unmeasured = dataclasses.replace(CELL, setting=elsewhere)
    assert requests(measured=other).minutes(unmeasured) == requests().minutes(CELL)
    assert requests(measured=other).minutes(CELL) != requests().minutes(CELL)


def test_a_cpu_is_taken_to_be_slower_than_a_gpu():
    assert requests(on_gpu=False).minutes(CELL) > 10 * requests().minutes(CELL)


def test_an_unknown_model_counts_as_the_largest_known():
    named = {
        name: dataclasses.replace(CELL, setting=dataclasses.replace(CELL.setting, model=name))
        for name in ("lenet", "vgg9", "vgg16", "mine")
    }
    for measure in (requests().minutes, requests().megabytes):
        asked = {name: measure(job) for name, job in named.items()}
        assert asked["mine"] == max(asked.values()) > asked["lenet"]


@pytest.mark.parametrize("job", [CELL, START, DENSITIES])
def test_memory_covers_the_data_and_the_models_that_are_held(job):
    held = 4 * 9_225_610 * (1 + job.updates)  # parameters of a VGG-9, in fp32
    images = 60_000 * 32 * 32 * 3 + job.seeds * 10_000 * 32 * 32 * 3 * 4
    asked = requests(on_gpu=False).megabytes(job)
    assert (held + images) / 1e6 < asked < 20_000
    assert requests().megabytes(job) > asked
    assert requests(on_gpu=False).megabytes(job, 3) in range(3 * asked - 3, 3 * asked + 1)
    assert requests().megabytes(job, 30) == requests().megabytes(job, 4)


def test_memory_grows_with_participants_seeds_and_width():
    asked = requests().megabytes
    wide = dataclasses.replace(CELL.setting, width=2.0)
    assert asked(dataclasses.replace(CELL, updates=30)) > asked(CELL)
    assert asked(dataclasses.replace(CELL, seeds=10)) > asked(CELL)
    assert asked(dataclasses.replace(CELL, setting=wide)) > asked(CELL)


def test_densities_pass_every_image_of_every_seed_through_the_model():
    section, seeds = PAPER["densities"], len(PAPER["seeds"])
    images = section["train_samples"] + 3 * section["test_samples"]
    assert (DENSITIES.work.evaluated, DENSITIES.work.steps) == (images * seeds, 0)


def test_every_job_of_the_demo_ends_within_an_hour():
    asked = requests()
    assert all(asked.minutes(job) < 60 for job in jobs(DEMO, all_cells(DEMO)))


# the file that `plan` writes on the cluster


@pytest.fixture
def measured(tmp_path, monkeypatch):
    """`measured(config)`: the file of a calibration that one job made, with made-up speeds."""

    def ask(request, count):
        return [answer(request, time.monotonic())] * count

    def make(config):
        monkeypatch.setattr(speed, "_ask", ask)
        machine = speed.Machine.of(config, cores=config["threads"], gpu_jobs=1)
        path = tmp_path / "calibration-cluster.json"
        speed.calibrate(machine, {CELL.setting}, path)
        return path

    return make


def test_configuration_and_measurement_are_read(measured, tmp_path):
    config = PAPER | {"cluster": {"margin": 3, "max_minutes": 77}}
    asked = Requests.of(config, tmp_path / "nothing.json")
    assert asked == Requests(3, 77, True, None)
    asked = Requests.of(config, measured(config))
    assert asked.measured.speeds == {CELL.setting: SPEED}
    assert not Requests.of(config | {"device": "cpu"}, tmp_path / "nothing.json").on_gpu


def test_a_measurement_of_another_device_or_other_threads_is_none(measured):
    path = measured(PAPER)
    assert Requests.of(PAPER | {"device": "cpu"}, path).measured is None
    assert Requests.of(PAPER | {"threads": 7}, path).measured is None
    content = json.loads(path.read_text())
    for spoilt in (json.dumps(content)[:-1], json.dumps(content | {"key": [1]})):
        path.write_text(spoilt)
        assert Requests.of(PAPER, path).measured is None


@pytest.mark.parametrize(
    ("arrays", "together"),
    [("", set()), ("pretrain, cell", {"cell", "pretrain"}), ("all", {"all"})],
)
def test_jobs_of_an_array_ask_for_what_the_largest_of_them_needs(arrays, together):
    cells = all_cells(DEMO)
    asked, whole = Asked(DEMO, cells, arrays), jobs(DEMO, cells)
    of_cells = [job for job in whole if job.is_cell]
    starts = [job for job in whole if not job.is_cell]
    task = DEMO["densities"]["tasks"][0]
    every = {"all"} & together
    assert asked.planned == whole
    assert asked.cell(cells[0]) == (
        of_cells if every or "cell" in together else [cell_job(DEMO, cells[0])]
    )
    assert asked.start(task, "default") == (
        starts if every or "pretrain" in together else [start_job(DEMO, task, "default")]
    )
    assert len(asked.densities(task)) == (len(DEMO["densities"]["tasks"]) if every else 1)
