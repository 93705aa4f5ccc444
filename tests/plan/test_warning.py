"""The word before a long run."""

import dataclasses
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.plan.made_up import answer

from edgecase import config as configuration
from edgecase.models import MODELS
from edgecase.plan import speed, warning
from edgecase.plan.speed import CalibrationError, Machine, calibrate
from edgecase.plan.work import jobs
from edgecase.results.cells import all_cells

ROOT = Path(__file__).parents[2]
PAPER = configuration.load()
DEMO = configuration.load(ROOT / "config" / "demo.yaml")


@pytest.fixture
def slow(monkeypatch):
    """A device with made-up speeds, and the requests it got."""
    requests = []

    def ask(request, count):
        requests.append(request)
        return [answer(request, time.monotonic())] * count

    monkeypatch.setattr(speed, "_ask", ask)
    return requests


@pytest.fixture
def never(monkeypatch):
    def ask(request, count):
        raise AssertionError("a calibration started")

    monkeypatch.setattr(speed, "_ask", ask)


def test_the_paper_on_a_slow_device(slow, tmp_path):
    said = warning.long_run(PAPER, tmp_path, all_cells(PAPER), cores=2, gpu_jobs=0)
    assert f"{len(all_cells(PAPER))} cells take about" in said
    assert " days on this device (CPU, 1 threads, 1 at once): an estimate" in said
    assert "`make small`" in said
    assert "`make demo`" in said
    assert len(slow) == 1


def test_the_calibration_of_a_plan_serves_again(slow, tmp_path):
    settings = {job.setting for job in jobs(PAPER, all_cells(PAPER))}
    calibrate(Machine.of(PAPER, 2, gpu_jobs=0), settings, tmp_path / "calibration.json")
    assert "days" in warning.long_run(PAPER, tmp_path, all_cells(PAPER), cores=2, gpu_jobs=0)
    assert len(slow) == 1


def test_a_part_of_the_paper_within_a_day(slow, tmp_path):
    assert warning.long_run(PAPER, tmp_path, all_cells(PAPER)[:1], cores=64, gpu_jobs=0) is None
    assert len(slow) == 1


@pytest.mark.parametrize("name", ["demo", "test", "small"])
def test_a_small_run_is_not_even_calibrated(name, never, tmp_path):
    config = configuration.load(ROOT / "config" / f"{name}.yaml")
    assert warning.long_run(config, tmp_path, all_cells(config), cores=1, gpu_jobs=0) is None
    assert not list(tmp_path.iterdir())


def test_nothing_to_run(never, tmp_path):
    assert warning.long_run(PAPER, tmp_path, [], cores=2, gpu_jobs=0) is None


def test_a_model_without_a_bound_is_measured(slow, tmp_path, monkeypatch):
    unstated = dataclasses.replace(MODELS["lenet"], forward_megaflops=None)
    monkeypatch.setitem(MODELS, "lenet", unstated)
    assert warning.long_run(DEMO, tmp_path, all_cells(DEMO), cores=2, gpu_jobs=0) is None
    assert len(slow) == 1


def test_an_estimate_that_fails_is_no_warning(tmp_path, monkeypatch):
    def ask(request, count):
        raise CalibrationError("out of memory")

    monkeypatch.setattr(speed, "_ask", ask)
    assert warning.long_run(PAPER, tmp_path, all_cells(PAPER), cores=2, gpu_jobs=0) is None


BF16 = DEMO | {"precision": "bf16"}


@pytest.fixture
def by_precision(monkeypatch):
    """A CPU without bf16 instructions that takes `ms[precision]` for a step of any size."""
    ms, requests = {"bf16": 79.0, "fp32": 43.0}, []

    def ask(request, count):
        requests.append(request)
        found = answer(request, time.monotonic())
        found["speeds"] = [
            {**found["speeds"][0], "step_s": ms[setting["precision"]] / 1000, "sample_s": 0}
            for setting in request["settings"]
        ]
        return [found] * count

    monkeypatch.setattr(speed, "_ask", ask)
    monkeypatch.setattr(warning, "has_bf16", lambda: False)
    return SimpleNamespace(ms=ms, requests=requests)


def advice(config, tmp_path, gpu_jobs=0):
    return warning.slow_bf16(config, tmp_path, all_cells(config), cores=2, gpu_jobs=gpu_jobs)


def test_bf16_that_is_slower_is_told_with_both_times(by_precision, tmp_path):
    said = advice(BF16, tmp_path)
    assert "takes 79 ms in bf16 and 43 ms in fp32" in said
    assert "`--config precision=fp32`" in said
    assert advice(BF16, tmp_path) == said
    (request,) = by_precision.requests  # measured once
    settings = request["settings"]
    assert {setting["precision"] for setting in settings} == {"bf16", "fp32"}
    assert len({(s["model"], s["width"], s["batch_size"]) for s in settings}) == 1


def test_bf16_that_is_faster_is_let_be(by_precision, tmp_path):
    by_precision.ms["bf16"] = 20.0
    assert advice(BF16, tmp_path) is None


def test_bf16_is_measured_only_where_it_may_be_slow(by_precision, tmp_path, monkeypatch):
    assert advice(DEMO, tmp_path) is None
    assert advice(BF16, tmp_path, gpu_jobs=1) is None
    assert warning.slow_bf16(BF16, tmp_path, [], cores=2, gpu_jobs=0) is None
    monkeypatch.setattr(warning, "has_bf16", lambda: True)
    assert advice(BF16, tmp_path) is None
    assert not by_precision.requests


def test_it_loads_no_torch():
    code = (
        "import sys; from pathlib import Path; from edgecase import config\n"
        "from edgecase.results.cells import all_cells; from edgecase.plan.warning import long_run\n"
        "demo = config.load(Path(sys.argv[1]))\n"
        "long_run(demo, Path('results'), all_cells(demo), cores=1, gpu_jobs=0)\n"
        "assert 'torch' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(ROOT / "config" / "demo.yaml")],
        cwd=ROOT / "workflow",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("alpha", "told"), [(0.5, False), (100.0, True)])
def test_a_division_more_even_than_a_random_one(alpha, told, tmp_path):
    """CIFAR-10 has 5,000 images of a class: 25 for each of 200 clients."""
    changes = {"cifar10-southwest": {"partition": {"kind": "dirichlet", "alpha": alpha}}}
    config = PAPER | {
        "tasks": PAPER["tasks"]
        | {task: PAPER["tasks"][task] | body for task, body in changes.items()}
    }
    said = warning.more_even_than_iid(config, tmp_path, all_cells(config), cores=2, gpu_jobs=0)
    assert (said is not None) == told
    if said:
        assert said.count("more evenly") == 1
        assert "tasks.cifar10-southwest.partition.alpha: 100" in said
        assert "about 25 " in said
