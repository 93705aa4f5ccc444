"""What scripts share: errors as lines without a traceback, and JSON arguments."""

import argparse
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from edgecase.base import command
from edgecase.base.errors import ConfigError, DataError


def failing(error):
    def main():
        raise error

    return main


def test_success_is_silent(capsys):
    called = []
    command.run(lambda: called.append(True))
    assert called == [True]
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("error", "lines"),
    [
        (ConfigError(["lr: -1", "m: 0"]), ["error: lr: -1", "error: m: 0"]),
        (ConfigError("lr: -1"), ["error: lr: -1"]),
        (DataError("a.npz: cut off"), ["error: a.npz: cut off"]),
        (FileNotFoundError(2, "No such file", "a.npz"), ["error: [Errno 2] No such file: 'a.npz'"]),
    ],
)
def test_error_a_user_can_mend_is_told_without_a_traceback(capsys, error, lines):
    with pytest.raises(SystemExit) as caught:
        command.run(failing(error))
    assert caught.value.code == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == lines


def test_mistake_in_the_code_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        command.run(failing(ZeroDivisionError()))


@pytest.mark.parametrize(
    ("number", "said"), [(signal.SIGTERM, "terminated"), (signal.SIGINT, "interrupted")]
)
def test_a_signal_ends_a_script_after_it_has_tidied_up(number, said):
    """128 + the signal's number, one line; a second SIGTERM does not break the tidying off."""
    script = (
        "import os, signal\n"
        "from edgecase.base import command\n"
        # Whoever starts the tests in a shell's background has it ignored.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "def main():\n"
        "    try:\n"
        f"        os.kill(os.getpid(), {int(number)})\n"
        "        signal.pause()\n"
        "    finally:\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "        print('tidied up')\n"
        "command.run(main)\n"
    )
    if number == signal.SIGINT:
        script = script.replace("os.kill(os.getpid(), signal.SIGTERM)", "pass")
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2] / "workflow",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 128 + number
    assert done.stdout == "tidied up\n"
    assert done.stderr == f"{said}: the same command goes on from what is saved\n"


@pytest.fixture
def interruptible():
    """Ctrl-C interrupts: a job in a shell's background would ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_a_signal_that_is_held_back_takes_effect_when_it_is_let_go(interruptible):
    before = signal.getsignal(signal.SIGINT)
    done = []

    def work(*, let_go):
        with command.held_back() as held:
            assert not held.came
            signal.raise_signal(signal.SIGINT)
            assert held.came
            done.append("the step")
            if let_go:
                held.release()
            done.append("the rest")

    with pytest.raises(KeyboardInterrupt):
        work(let_go=True)
    assert done == ["the step"]
    with pytest.raises(KeyboardInterrupt):
        work(let_go=False)
    assert done == ["the step", "the step", "the rest"]
    assert signal.getsignal(signal.SIGINT) == before


def test_json_object():
    assert command.json_object('{"lr": 0.1, "model": {"name": "lenet"}}') == {
        "lr": 0.1,
        "model": {"name": "lenet"},
    }


@pytest.mark.parametrize("text", ["", "{", "[1]", "1", "null", "{'lr': 1}"])
def test_anything_else_is_refused_with_its_text(text):
    with pytest.raises(argparse.ArgumentTypeError) as caught:
        command.json_object(text)
    assert str(caught.value).endswith(f": {text}")
    assert "not" in str(caught.value)
    assert "JSON" in str(caught.value)
