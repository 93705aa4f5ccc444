"""Jobs that run in forks of one process behave as jobs in processes of their own."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from edgecase.pipeline import forkserver

ROOT = Path(__file__).parents[2]
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}
CLIENT = [sys.executable, "-IS", str(ROOT / "workflow/scripts/forked.py")]
SHOWN = """
import os, sys
sys.path[0] = os.path.basename(sys.path[0])
print(os.getppid(), file=open(os.environ["PARENT"], "w"))
print(sys.argv[1:], os.getcwd(), os.environ.get("GIVEN"), sys.path[0], __name__, sys.stdin.read())
print("told", file=sys.stderr)
{end}
"""
ENDS = {
    "end": "",
    "status": "sys.exit(7)",
    "message": "sys.exit('no such thing')",
    "error": "raise ValueError('wrong')",
    "killed": "os.kill(os.getpid(), 9)",
    "threads": "import threading; threading.Timer(0.05, print, ['late']).start()",
    "atexit": "import atexit; atexit.register(print, 'at the end')",
}


@pytest.fixture(scope="module")
def server():
    """A server as the Snakefile starts it, which has one module loaded; its environment."""
    before = dict(os.environ)
    os.chdir(ROOT)
    process = forkserver.start(["poison", "poison"], on_gpu=False)
    environment = dict(os.environ) | ONE_THREAD
    os.environ.clear()
    os.environ.update(before)
    socket = Path(environment["EDGECASE_FORKSERVER"])
    while not socket.exists():
        assert process.poll() is None
        time.sleep(0.01)
    yield environment | {"PID": str(process.pid)}
    process.stdin.close()
    assert process.wait() == 0
    assert not socket.parent.exists()


def run(tmp_path, command, environment):
    return subprocess.run(
        command,
        cwd=tmp_path,
        env=environment | {"GIVEN": "an ü", "PARENT": str(tmp_path / "parent")},
        input="typed",
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("end", ENDS)
def test_a_script_cannot_tell_a_fork_from_a_process(tmp_path, server, end):
    script = tmp_path / "script.py"
    script.write_text(SHOWN.format(end=ENDS[end]))
    words = [str(script), "--json", '{"a": "ü b"}', ""]
    forked = run(tmp_path, [*CLIENT, *words], server)
    assert (tmp_path / "parent").read_text().strip() == server["PID"]
    alone = run(tmp_path, [sys.executable, *words], server)
    assert (forked.returncode, forked.stdout, forked.stderr) == (
        alone.returncode,
        alone.stdout,
        alone.stderr,
    )


@pytest.mark.parametrize(
    "changed", [{"OMP_NUM_THREADS": "2"}, {"EDGECASE_FORKSERVER": "/nowhere"}, {}]
)
def test_without_a_server_that_fits_a_script_runs_alone(tmp_path, server, changed):
    script = tmp_path / "script.py"
    script.write_text(SHOWN.format(end=""))
    environment = server | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"} | changed
    if not changed:
        del environment["EDGECASE_FORKSERVER"]
    found = run(tmp_path, [*CLIENT, str(script)], environment)
    assert (found.returncode, found.stderr) == (0, "told\n")
    assert (tmp_path / "parent").read_text().strip() != server["PID"]


SLEEPS = """
import os, signal, sys, time
def end(number, frame):
    print("tidied up", flush=True)
    sys.exit(3)
if sys.argv[1] == "tidy":
    signal.signal(signal.SIGTERM, end)
print(os.getpid(), flush=True)
while True:
    time.sleep(0.01)
"""


@pytest.mark.parametrize(
    ("word", "number", "status"),
    [("tidy", signal.SIGTERM, 3), ("", signal.SIGTERM, -15), ("", signal.SIGKILL, -9)],
)
def test_a_signal_to_who_asked_reaches_the_script(tmp_path, server, word, number, status):
    script = tmp_path / "script.py"
    script.write_text(SLEEPS)
    with subprocess.Popen(
        [*CLIENT, str(script), word], env=server, stdout=subprocess.PIPE, text=True
    ) as process:
        fork = int(process.stdout.readline())
        process.send_signal(number)
        assert process.wait() == status
        assert process.stdout.read() == ("tidied up\n" if word else "")
    while Path(f"/proc/{fork}").exists():
        time.sleep(0.01)


def test_a_signal_before_the_script_has_begun_reaches_it(tmp_path, server):
    """The server here is made up: it accepts only after the signal."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "own"))
        listening.listen()
        environment = server | {"EDGECASE_FORKSERVER": str(tmp_path / "own")}
        with subprocess.Popen([*CLIENT, "script.py"], env=environment) as process:
            asked, _ = listening.accept()
            size = int.from_bytes(asked.recv(8, socket.MSG_WAITALL), "big")
            asked.recv(size, socket.MSG_WAITALL)
            process.send_signal(signal.SIGTERM)
            asked.send(b"1")
            assert asked.recv(1) == bytes([signal.SIGTERM])
            asked.send((3).to_bytes(4, "big", signed=True))
            assert process.wait() == 3


def test_scripts_go_on_when_the_run_is_killed(tmp_path):
    """The server's lifeline is the process that started it."""
    script = tmp_path / "script.py"
    script.write_text("import sys\nsys.stdin.read()\nprint('done')")
    started = (
        "import os, sys, time; sys.path.insert(0, 'workflow')\n"
        "from edgecase.pipeline import forkserver\n"
        "own = forkserver.start(['poison', 'poison'], on_gpu=False)\n"
        "print(own.pid, os.environ['EDGECASE_FORKSERVER'], flush=True)\n"
        "time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", started], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as run:
        server, socket = run.stdout.readline().split()
        while not Path(socket).exists():
            time.sleep(0.01)
        with subprocess.Popen(
            [*CLIENT, str(script)],
            env=os.environ | ONE_THREAD | {"EDGECASE_FORKSERVER": socket},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as client:
            time.sleep(0.2)
            run.kill()
            run.wait()
            assert client.communicate()[0] == b"done\n"
            assert client.returncode == 0
    while Path(f"/proc/{server}").exists():
        time.sleep(0.01)
    assert not Path(socket).parent.exists()


def test_a_library_is_loaded_for_two_jobs_and_not_for_one(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(forkserver.subprocess, "Popen", lambda command, **_: asked.append(command))
    before = dict(os.environ)
    try:
        forkserver.start(["cell", "cell", "figure", "page"], on_gpu=False)
        forkserver.start(["cell", "cell", "figure", "page"], on_gpu=True)
        forkserver.start(["cell", "figure", "download"], on_gpu=False)
    finally:
        os.environ.clear()
        os.environ.update(before)
    first, second = (command[command.index("--libraries") + 1 :] for command in asked)
    assert (first, second) == (["torch", "pandas"], ["pandas"])
