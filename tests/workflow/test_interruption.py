"""Killed, terminated and started again: real cells end as if nothing had happened."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.workflow.by_hand import by_hand, in_this_process
from tests.workflow.conftest import ROOT, Project

from scripts import cell

SEEDS, ROUNDS = (0, 1), 40
NAME = "standin-digits/fixed-freq-2/edge-case/blackbox/krum/default"
CELL, STATE, LOG = (f"results/test/{kind}/{NAME}" for kind in ("cells", "state", "logs/cells"))


@pytest.fixture(scope="module")
def command(finished):
    """`command(out, *options)`: the cell again, with more rounds, into another folder."""

    def make(out, *options):
        record = finished.root / CELL / "cell.json"
        return by_hand(record, out, "--save-minutes", "0", *options, rounds=ROUNDS)

    return make


@pytest.fixture(scope="module")
def whole(finished, command, tmp_path_factory):
    """The cell's folder and its states after an undisturbed run."""
    folder = tmp_path_factory.mktemp("whole")
    out, states = folder / "cell", folder / "state"
    done = in_this_process(command(out, "--state", str(states)), finished.root)
    assert done.returncode == 0, done.stderr
    for seed in SEEDS:
        assert len((out / f"seed{seed}.csv").read_text().splitlines()) == ROUNDS + 2
    return out, states


def start(command, root, **options):
    return subprocess.Popen(
        command,
        cwd=root,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        **options,
    )


def wait_until(happened, process):
    deadline = time.monotonic() + 120
    while not happened():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.005)


def wait_for_change(path: Path, process):
    """Until `path` is written (again)."""
    before = path.stat().st_mtime_ns if path.exists() else None
    wait_until(lambda: path.exists() and path.stat().st_mtime_ns != before, process)


def assert_same_rounds(found: Path, wanted: Path):
    for seed in SEEDS:
        name = f"seed{seed}.csv"
        assert (found / name).read_bytes() == (wanted / name).read_bytes()


def assert_live_rows(live: Path, whole: Path):
    """The rounds so far are those of the whole run, each once; the last line may be cut."""
    written = live.read_bytes()
    assert whole.read_bytes().startswith(written)
    assert written.count(b"\n") > 1


def test_a_cell_that_is_killed_and_terminated_goes_on(finished, command, whole, tmp_path):
    broken, states = tmp_path / "broken", tmp_path / "state"
    options = ("--state", str(states))
    for seed, how in ((0, signal.SIGKILL), (0, signal.SIGTERM), (1, signal.SIGKILL)):
        process = start(command(broken, *options), finished.root)
        wait_for_change(states / f"seed{seed}.safetensors", process)
        process.send_signal(how)
        said = process.communicate()[1]
        assert process.returncode == (143 if how == signal.SIGTERM else -signal.SIGKILL)
        assert ("terminated: the same command goes on" in said) == (how == signal.SIGTERM)
        assert not list(broken.rglob("*.csv")), "nothing looks finished"
        assert_live_rows(states / f"seed{seed}.live.csv", whole[0] / f"seed{seed}.csv")
    # As if the last had been killed while it wrote.
    for folder, name in ((states, "seed0.safetensors"), (broken, "seed0.csv")):
        folder.mkdir(exist_ok=True)
        (folder / f".0123abcd.{name}").write_text("half")
    done = start(command(broken, *options), finished.root)
    said = done.communicate()[1]
    assert done.returncode == 0, said
    assert "starts anew" not in said
    assert_same_rounds(broken, whole[0])
    for folder in (states, broken):
        assert not list(folder.glob(".*")), "no temporary file is left"
    assert not list(states.glob("*.csv"))


def test_a_state_that_is_spoilt_is_kept_aside_and_said(finished, command, whole, tmp_path):
    states = tmp_path / "state"
    shutil.copytree(whole[1], states)
    path = states / "seed1.safetensors"
    path.write_bytes(path.read_bytes()[:-1])
    again = command(tmp_path / "again", "--state", str(states))
    done = in_this_process(again, finished.root)
    said = done.stderr
    assert done.returncode == 0, said
    assert f"{path}: not a readable state" in said
    assert "seed 1 starts anew" in said
    assert "seed 0 starts anew" not in said
    assert path.with_name("seed1.safetensors.refused").exists()
    assert_same_rounds(tmp_path / "again", whole[0])


def test_a_record_is_the_same_wherever_the_rounds_are_shown():
    shown = ("--trackers", "tensorboard", "trackio", "--track-in", "results/test")
    for given in (["--seeds", "0", *shown, "--out", "x"], ["--seeds", "0", "--out", "x", *shown]):
        assert cell._own_command(given)[1:] == ["--seeds", "0", "--out", "x"]


@pytest.fixture
def project(finished, tmp_path):
    """A copy of the finished run, and in `changes.yaml` what makes the cell longer."""
    shutil.copytree(finished.root, tmp_path / "project")
    project = Project(tmp_path / "project")
    task = {"standin-digits": {"rounds": ROUNDS}}
    (project.root / "changes.yaml").write_text(json.dumps({"save_minutes": 0, "tasks": task}))
    return project


@pytest.fixture
def snakemake(project):
    """`snakemake()`: the same command every time, with its jobs in a process group of its own."""
    files = ("--configfile", "config/test.yaml", "changes.yaml")
    command = [sys.executable, "-m", "snakemake", "--cores", "1", *files, "--", f"{CELL}/cell.json"]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    started = []

    def begin():
        process = subprocess.Popen(
            command,
            cwd=project.root,
            env=os.environ | {"PATH": path, "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def trainer_of(project) -> int:
    """The process that trains the cell, by its own word."""
    return int(re.match(r"process (\d+) on ", (project.root / STATE / "lock").read_text())[1])


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_snakemake_its_job_and_both_are_killed(project, snakemake, whole):
    """`kill -9` of each in turn: `make unlock` where the lock is left, and the same command."""
    root, state = project.root, project.root / STATE / "seed0.safetensors"

    def unlock():
        files = "CONFIG=config/test.yaml changes.yaml"
        folder = f"BIN={Path(sys.executable).parent}"
        makefile = str(ROOT / "Makefile")
        done = project.run("make", "-f", makefile, "--old-file=env", folder, "unlock", files)
        assert done.returncode == 0, done.stdout

    # both
    process = snakemake()
    wait_for_change(state, process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    locked = snakemake()
    said = locked.communicate()[0]
    assert locked.returncode == 1
    assert "cannot be locked" in said
    assert "Traceback" not in said
    unlock()

    # the job alone: Snakemake ends with an error, and leaves nothing that looks finished
    process = snakemake()
    wait_for_change(state, process)
    os.kill(trainer_of(project), signal.SIGKILL)
    said = process.communicate()[0]
    assert process.returncode == 1, said
    assert not list((root / CELL).glob("*.csv"))

    # Snakemake alone: its job lives on, and the next waits for it
    process = snakemake()
    wait_for_change(state, process)
    orphan = trainer_of(project)
    os.kill(orphan, signal.SIGSTOP)
    process.kill()
    process.wait()  # and not for its output's end, which the job holds open
    unlock()
    process = snakemake()
    log = root / f"{LOG}.log"
    wait_until(lambda: log.exists() and f"process {orphan} on" in log.read_text(), process)
    os.kill(orphan, signal.SIGCONT)
    said = process.communicate()[0]
    assert process.returncode == 0, said
    assert trainer_of(project) != orphan
    assert "starts anew" not in log.read_text()
    assert_same_rounds(root / CELL, whole[0])
    assert not list((root / STATE).glob(".*"))
