"""workflow/scripts/on_gpu.py: when it takes a slot, and when it stays out of the way."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "workflow" / "scripts" / "on_gpu.py"
COMMAND = ["sh", "-c", "exit 0", "--", "-x"]


@pytest.fixture
def script(monkeypatch):
    """The script on a machine with the GPUs `devices`; it returns what it would have become."""
    spec = importlib.util.spec_from_file_location("on_gpu_script", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    class Replaced(Exception):
        """Nothing runs after a process has become another."""

    def become(*arguments):
        raise Replaced(*arguments)

    monkeypatch.setattr(module.gpu_slots, "become", become)
    monkeypatch.setattr(module.os, "execvp", become)

    def run(devices, listed=None):
        monkeypatch.setattr(module.machine, "gpus", lambda: devices)
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
        if listed is not None:
            monkeypatch.setenv("CUDA_VISIBLE_DEVICES", listed)
        with pytest.raises(Replaced) as replaced:
            module.main(["--slots-per-gpu", "3", "--", *COMMAND])
        return replaced.value.args

    return run


@pytest.mark.parametrize(
    ("devices", "listed"), [(["0"], None), (["0", "1"], None), (["4", "6"], "4,6")]
)
def test_a_slot_is_taken_where_there_is_a_choice_or_nobody_else_to_choose(script, devices, listed):
    assert script(devices, listed) == (COMMAND, devices, 3)


@pytest.mark.parametrize(
    ("devices", "listed"), [([], None), ([], ""), ([], "-1"), (["5"], "5"), (["GPU-1"], "GPU-1")]
)
def test_a_device_that_is_set_is_kept(script, devices, listed):
    assert script(devices, listed) == ("sh", COMMAND)


def run(*arguments, **environment):
    return subprocess.run(
        [sys.executable, SCRIPT, *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_runs_as_it_is(tmp_path):
    done = run(
        *("--slots-per-gpu", "1", "--", "sh", "-c", 'echo "$CUDA_VISIBLE_DEVICES" "$@"; exit 5'),
        *("--", "--slots-per-gpu", "a  b", "--"),
        **{"CUDA_VISIBLE_DEVICES": "7", "TMPDIR": str(tmp_path)},
    )
    assert (done.stdout, done.stderr, done.returncode) == ("7 --slots-per-gpu a  b --\n", "", 5)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("slots", ["0", "-1", "1.5", "two", ""])
def test_slots_that_are_no_number_are_refused(slots):
    done = run(f"--slots-per-gpu={slots}", "--", "sh", "-c", "echo ran")
    assert done.returncode == 2
    assert done.stdout == ""
    assert f"--slots-per-gpu: '{slots}' is not a whole number of 1 or more" in done.stderr


@pytest.mark.parametrize(
    ("command", "said"),
    [([], "required: command"), (["no-such-command"], "there is no command 'no-such-command'")],
)
def test_command_that_cannot_run_is_refused(command, said):
    done = run("--slots-per-gpu", "1", "--", *command)
    assert done.returncode == 2
    assert said in done.stderr


def test_nothing_slow_is_loaded():
    code = f"""
import importlib.util, sys
spec = importlib.util.spec_from_file_location("on_gpu", {str(SCRIPT)!r})
spec.loader.exec_module(importlib.util.module_from_spec(spec))
assert not {{"torch", "numpy", "yaml", "jsonschema"}} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True)
