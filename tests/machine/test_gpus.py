"""Which GPUs there are and how many jobs they take, told from made-up device nodes."""

import pytest

from edgecase.machine import gpus as machine


@pytest.fixture
def devices(tmp_path):
    """A folder of device nodes as a machine with three NVIDIA devices has them, and others."""
    names = ["nvidia0", "nvidia2", "nvidia11", "nvidiactl", "nvidia-uvm", "nvidia-modeset", "sda1"]
    for name in names:
        (tmp_path / name).touch()
    (tmp_path / "nvidia-caps").mkdir()
    return tmp_path


def test_all_devices_by_number(devices):
    assert machine.gpus({}, devices) == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("listed", "seen"),
    [
        ("2", ["2"]),
        ("3, 1", ["3", "1"]),
        ("GPU-8932f937,MIG-GPU-1/2/0", ["GPU-8932f937", "MIG-GPU-1/2/0"]),
        # CUDA programming guide: only devices before an invalid index are visible.
        ("0,1,-1,2", ["0", "1"]),
        ("-1", []),
        ("", []),
        ("NoDevFiles", []),
    ],
)
def test_listed_devices(devices, listed, seen):
    assert machine.gpus({"CUDA_VISIBLE_DEVICES": listed}, devices) == seen


def test_machine_without_a_gpu(tmp_path):
    (tmp_path / "nvidiactl").touch()
    assert machine.gpus({}, tmp_path) == []
    assert machine.gpus({"CUDA_VISIBLE_DEVICES": "0,1"}, tmp_path) == []
    assert machine.gpus({}, tmp_path / "missing") == []


@pytest.mark.parametrize(
    ("device", "cells_per_gpu", "found", "jobs"),
    [
        ("auto", 2, 0, 0),
        ("auto", 1, 1, 1),
        ("auto", 2, 4, 8),
        ("cpu", 2, 4, 0),
        ("cuda", 2, 4, 8),
        # It may be there without a device node; if it is not, the job says so.
        ("cuda", 2, 0, 2),
        ("cuda:1", 2, 4, 2),
        ("cuda:1", 2, 0, 2),
    ],
)
def test_jobs_at_once(device, cells_per_gpu, found, jobs):
    assert machine.gpu_jobs(device, cells_per_gpu, found) == jobs
