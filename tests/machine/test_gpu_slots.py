"""Jobs on made-up GPUs: real processes that note on which device they are, and when."""

import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from edgecase.base.errors import ConfigError
from edgecase.machine import gpu_slots

WORKFLOW = Path(__file__).parents[2] / "workflow"
LAUNCH = """
import json, sys
from edgecase.machine import gpu_slots
gpu_slots._POLL_S = 0.02
gpu_slots.become(sys.argv[3:], sys.argv[1].split(","), int(sys.argv[2]))
"""
#: tells its device, and waits to be told to go
HOLD = "echo $$ $CUDA_VISIBLE_DEVICES; read -r word; exit 7"


@pytest.fixture
def launch(tmp_path):
    """Start a shell command on one of the devices; what is still running is ended."""
    started = []

    def start(devices, slots, command, **environment):
        process = subprocess.Popen(
            [sys.executable, "-c", LAUNCH, devices, str(slots), "sh", "-c", command],
            cwd=WORKFLOW,
            env=os.environ | {"TMPDIR": str(tmp_path)} | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def device(process):
    """The device of a job that has begun; its number is that of the process started."""
    number, name = process.stdout.readline().split()
    assert int(number) == process.pid
    return name


def test_least_busy_device_first(launch):
    jobs, places = [], []
    for _ in range(6):
        jobs.append(launch("0,1,2", 2, HOLD))
        places.append(device(jobs[-1]))
    assert places == ["0", "1", "2", "0", "1", "2"]
    for name in ("1", "1", "2"):
        jobs.pop(places.index(name)).communicate("go\n")
        places.remove(name)
    assert device(launch("0,1,2", 2, HOLD)) == "1"


def test_never_more_at_once_than_slots(launch, tmp_path):
    """Each job notes its begin and its end while it holds its slot."""
    log, go = tmp_path / "log", tmp_path / "go"
    log.touch()
    note = f'echo "$CUDA_VISIBLE_DEVICES %s" >> {log}'
    wait = f"while [ ! -e {go} ]; do sleep 0.02; done"
    jobs = [launch("0,1", 2, "; ".join([note % "+1", wait, note % "-1"])) for _ in range(7)]
    while len(log.read_text().splitlines()) < 4:
        time.sleep(0.02)
    go.touch()
    assert [job.wait() for job in jobs] == [0] * 7
    running, most = Counter(), Counter()
    for name, step in (line.split() for line in log.read_text().splitlines()):
        running[name] += int(step)
        most[name] = max(most[name], running[name])
    assert most == {"0": 2, "1": 2}
    assert running == {"0": 0, "1": 0}
    assert log.read_text().count("+1") == 7


def test_killed_holder_frees_its_slot(launch):
    first = launch("a,b", 1, HOLD)
    assert device(first) == "a"
    second = launch("a,b", 1, HOLD)
    assert device(second) == "b"
    third = launch("a,b", 1, HOLD)
    assert third.stderr.readline() == "waiting for a GPU: 1 jobs run on each of these: a, b\n"
    second.kill()
    assert device(third) == "b"


def test_exit_code_and_signals_are_the_commands(launch):
    assert launch("0", 1, "exit 3").wait() == 3
    job = launch("0", 1, HOLD)
    device(job)
    job.terminate()
    assert job.wait() == -15
    job = launch("0", 1, HOLD)
    device(job)
    assert job.communicate("go\n")[1] == ""
    assert job.returncode == 7


def test_waiting_job_can_be_ended(launch):
    device(launch("0", 1, HOLD))
    waiting = launch("0", 1, "echo no")
    waiting.stderr.readline()
    waiting.terminate()
    assert waiting.wait() == -15
    assert waiting.stdout.read() == ""


def test_names_with_slashes(launch):
    two = "MIG-GPU-5c89852c/1/0,MIG-GPU-5c89852c/2/0"
    assert device(launch(two, 1, HOLD)) == "MIG-GPU-5c89852c/1/0"
    assert device(launch(two, 1, HOLD)) == "MIG-GPU-5c89852c/2/0"


def test_allocations_share_no_device(launch):
    device(launch("0", 1, HOLD, SLURM_JOB_ID="12"))
    assert device(launch("0", 1, HOLD, SLURM_JOB_ID="13")) == "0"


def test_lock_files_look_new(launch, tmp_path):
    """What is old is cleared away from temporary folders."""
    launch("0", 1, "true").wait()
    (lock,) = tmp_path.glob("*/0.0")
    new = lock.stat().st_mtime
    os.utime(lock, (0, 0))
    launch("0", 1, "true").wait()
    assert lock.stat().st_mtime >= new


def test_folder_of_somebody_else_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(gpu_slots.tempfile, "gettempdir", lambda: str(tmp_path))
    folder = gpu_slots._folder()
    assert folder.parent == tmp_path
    assert folder.stat().st_mode & 0o777 == 0o700
    owner = folder.stat().st_uid
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    folder.rename(tmp_path / folder.name.replace(str(owner), str(owner + 1), 1))
    with pytest.raises(ConfigError, match="belongs to somebody else; set TMPDIR"):
        gpu_slots._folder()
