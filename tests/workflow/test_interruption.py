"""Killed, terminated and started again: real cells end as if nothing had happened."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SEEDS, ROUNDS = (0, 1), 40
CELL = "results/test/cells/standin-digits/fixed-freq-2/edge-case/blackbox/krum/default"


@pytest.fixture
def command(finished):
    """`command(out, *options)`: the cell again, with more rounds, into another folder."""

    def make(out, *options):
        record = json.loads((finished.root / CELL / "cell.json").read_text())
        arguments = shlex.split(record["command"])
        arguments[0] = sys.executable
        arguments[arguments.index("--out") + 1] = str(out)
        place = arguments.index("--parameters") + 1
        parameters = json.loads(arguments[place]) | {"rounds": ROUNDS}
        arguments[place] = json.dumps(parameters)
        return [*arguments, "--save-minutes", "0", *options]

    return make


def start(command, root):
    return subprocess.Popen(
        command,
        cwd=root,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )


def wait_for_change(path: Path, process):
    """Until `path` is written (again)."""
    before = path.stat().st_mtime_ns if path.exists() else None
    deadline = time.monotonic() + 120
    while not path.exists() or path.stat().st_mtime_ns == before:
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_cell_that_is_killed_and_terminated_goes_on(finished, command, tmp_path):
    whole, broken, states = tmp_path / "whole", tmp_path / "broken", tmp_path / "state"
    assert subprocess.run(command(whole), cwd=finished.root, check=False).returncode == 0
    options = ("--state", str(states))
    for seed, how in ((0, signal.SIGKILL), (0, signal.SIGTERM), (1, signal.SIGKILL)):
        process = start(command(broken, *options), finished.root)
        wait_for_change(states / f"seed{seed}.safetensors", process)
        process.send_signal(how)
        said = process.communicate()[1]
        assert process.returncode == (143 if how == signal.SIGTERM else -signal.SIGKILL)
        assert ("terminated: the state is saved" in said) == (how == signal.SIGTERM)
        assert not list(broken.rglob("*.csv")), "nothing looks finished"
    done = start(command(broken, *options), finished.root)
    said = done.communicate()[1]
    assert done.returncode == 0, said
    assert "starts anew" not in said
    for seed in SEEDS:
        name = f"seed{seed}.csv"
        assert (broken / name).read_bytes() == (whole / name).read_bytes()
        assert len((whole / name).read_text().splitlines()) == ROUNDS + 2
    assert not list(states.glob(".*")), "no temporary file is left"


def test_a_state_that_is_spoilt_is_kept_aside_and_said(finished, command, tmp_path):
    whole, states = tmp_path / "whole", tmp_path / "state"
    options = ("--state", str(states))
    assert start(command(whole, *options), finished.root).wait() == 0
    path = states / "seed1.safetensors"
    path.write_bytes(path.read_bytes()[:-1])
    process = start(command(tmp_path / "again", *options), finished.root)
    said = process.communicate()[1]
    assert process.returncode == 0, said
    assert f"{path}: not a readable state" in said
    assert "seed 1 starts anew" in said
    assert "seed 0" not in said
    assert path.with_name("seed1.safetensors.refused").exists()
    for seed in SEEDS:
        name = f"seed{seed}.csv"
        assert (tmp_path / "again" / name).read_bytes() == (whole / name).read_bytes()


def test_a_further_seed_trains_alone(mine):
    before = {seed: (mine.root / CELL / f"seed{seed}.timing.csv").read_bytes() for seed in SEEDS}
    done = mine.snakemake(f"{CELL}/seed2.csv", changes={"seeds": [0, 1, 2]})
    assert done.returncode == 0, done.stdout
    for seed, timings in before.items():
        found = (mine.root / CELL / f"seed{seed}.timing.csv").read_bytes()
        assert found == timings, "a seed that trains again takes other times"
    assert (mine.root / CELL / "seed2.csv").exists()
    assert json.loads((mine.root / CELL / "cell.json").read_text())["seeds"] == [0, 1, 2]
