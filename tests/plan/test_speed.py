"""Calibrations: measured in processes, kept in a file, used again."""

import sys
import time

import pytest
from tests.plan.made_up import SPEED, answer, calibration

from edgecase.datasets.folders import register
from edgecase.plan import speed
from edgecase.plan.speed import CalibrationError, Machine, calibrate, calibrated
from edgecase.plan.work import Job, Setting, Work

MACHINE = Machine("cpu", 1, 2)
SETTING = Setting("standin-digits", "lenet", 0.125, 16, 64, "fp32")
OTHER = Setting("standin-digits", "lenet", 0.25, 16, 64, "fp32")


@pytest.fixture
def asked(monkeypatch):
    """Every request that goes out; two processes answer, one twice as slow as the other."""
    requests = []

    def ask(request, count):
        requests.append((request, count))
        return [answer(request, time.monotonic(), factor) for factor in (1.0, 2.0)][:count]

    monkeypatch.setattr(speed, "_ask", ask)
    return requests


def test_processes_are_averaged(asked, tmp_path):
    found = calibrate(MACHINE, [SETTING], tmp_path / "calibration.json")
    assert asked[0][1] == 2
    assert asked[0][0]["threads"] == 1
    assert found.speeds[SETTING].step_s == pytest.approx(0.015)
    assert found.speeds[SETTING].training_flops == 300
    assert found.start_s == pytest.approx(2, abs=0.5)


def test_a_calibration_is_used_again(asked, tmp_path):
    path = tmp_path / "calibration.json"
    first = calibrated(MACHINE, [SETTING, OTHER], path)
    assert calibrated(MACHINE, [OTHER], path) == first
    assert calibrated(MACHINE, [SETTING, OTHER, SETTING], path) == first
    assert len(asked) == 1


@pytest.mark.parametrize(
    "machine", [Machine("cpu", 2, 2), Machine("auto", 1, 2), Machine("cpu", 1, 1)]
)
def test_another_machine_is_measured(machine, asked, tmp_path):
    path = tmp_path / "calibration.json"
    calibrated(MACHINE, [SETTING], path)
    assert calibrated(machine, [SETTING], path).key == machine.key()
    assert len(asked) == 2


def test_a_new_setting_and_a_spoilt_file_are_measured(asked, tmp_path):
    path = tmp_path / "calibration.json"
    calibrated(MACHINE, [SETTING], path)
    assert OTHER in calibrated(MACHINE, [OTHER], path).speeds
    for content in ("", "[]", '{"key": {}, "speeds": [{"setting": {"model": "x"}}]}'):
        path.write_text(content)
        assert SETTING in calibrated(MACHINE, [SETTING], path).speeds
    assert len(asked) == 5


def test_seconds_and_operations_of_a_job():
    job = Job("cells/a/cell.json", SETTING, Work(10, 100, 2000, 4000))
    found = calibration([job])
    assert found.seconds(job) == pytest.approx(2 + 100 * 0.01 + 2000 * 0.001 + 4000 * 0.0005)
    assert found.operations(job) == 2000 * 300 + 4000 * 100
    assert found.speeds[SETTING] == SPEED


def test_jobs_at_once():
    assert Machine.of({"threads": 2}, 8, gpu_jobs=0) == Machine("auto", 2, 4)
    assert Machine.of({"threads": 3, "device": "cpu"}, 8, gpu_jobs=0) == Machine("cpu", 3, 2)
    # Snakemake gives a job no more threads than there are cores.
    assert Machine.of({"threads": 4}, 2, gpu_jobs=0) == Machine("auto", 2, 1)
    assert Machine.of({"threads": 2, "device": "cuda"}, 8, gpu_jobs=1) == Machine("cuda", 2, 1)
    # A job on a GPU needs its cores too.
    assert Machine.of({"threads": 2}, 8, gpu_jobs=6) == Machine("auto", 2, 4)


def test_processes_are_spread_over_the_gpus(monkeypatch):
    monkeypatch.setattr(speed, "gpus", lambda: ["0", "3"])
    code = "import os, json; print(json.dumps(os.environ['CUDA_VISIBLE_DEVICES']))"
    monkeypatch.setattr(speed, "_COMMAND", [sys.executable, "-c", code])
    assert speed._ask({"device": "auto"}, 3) == ["0", "3", "0"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "untouched")
    for device in ("cpu", "cuda:1"):
        assert speed._ask({"device": device}, 2) == ["untouched"] * 2


@pytest.fixture
def of_folders(forgets_folders):
    """Settings of two folders of pictures, of which one is kept in memory."""
    names = {"in-memory": True, "in-files": False}
    register(
        {
            name: {"classes": ["a", "b"], "size": 32, "in_memory": in_memory}
            for name, in_memory in names.items()
        }
    )
    return [Setting(name, "cnn", 0.125, 4, 8, "fp32") for name in names]


def test_a_real_process_measures_and_knows_the_folders_it_is_asked_for(of_folders, tmp_path):
    path = tmp_path / "calibration.json"
    found = calibrate(Machine("cpu", 1, 1), [SETTING, *of_folders], path)
    assert all(found.speeds[setting].training_flops > 0 for setting in of_folders)
    assert found.device == "CPU, 1 threads"
    assert 0 < found.start_s < 120
    assert found.speeds[SETTING].training_flops > 1e5
    assert 0 < found.speeds[SETTING].step_s + found.speeds[SETTING].sample_s < 1


def test_a_process_that_fails_says_why(tmp_path):
    with pytest.raises(CalibrationError, match=r"cuda:99.*is not there"):
        calibrate(Machine("cuda:99", 1, 1), [SETTING], tmp_path / "calibration.json")
    assert not list(tmp_path.iterdir())
