"""Processor seconds of a command include those of processes that outlive their parent."""

import os
import subprocess
import sys

import pytest
from benchmarks.builds import checkout
from benchmarks.pipeline import processor_seconds

#: prints who has become the parent of a process whose own has ended
_ORPHAN = """
import os, time
reader, writer = os.pipe()
if os.fork() == 0:
    parent = os.getpid()
    if os.fork() == 0:
        while os.getppid() == parent:
            time.sleep(0.01)
        os.write(writer, str(os.getppid()).encode())
    os._exit(0)
os.wait()
print(os.read(reader, 20).decode())
"""
_BUSY = "import time\nwhile time.process_time() < 0.5: pass"


def test_processes_that_outlive_their_parent_count(tmp_path):
    script = tmp_path / "orphan.py"
    script.write_text(_BUSY)
    start = f"import subprocess; subprocess.Popen([{sys.executable!r}, {str(script)!r}])"
    assert processor_seconds([sys.executable, "-c", start], tmp_path) >= 0.5
    # Afterwards an orphan is not this process's: nobody here would wait for it.
    found = subprocess.run([sys.executable, "-c", _ORPHAN], capture_output=True, check=True)
    assert int(found.stdout) != os.getpid()


def test_a_command_that_fails_is_told_with_what_it_said(tmp_path):
    with pytest.raises(SystemExit, match=r"(?s)error: in .*no such cell"):
        processor_seconds([sys.executable, "-c", "raise SystemExit('no such cell')"], tmp_path)


def test_a_checkout_is_the_commit_and_goes_away():
    with checkout("HEAD") as folder:
        assert (folder / "Snakefile").is_file() or (folder / "workflow").is_dir()
    assert not folder.exists()
    with pytest.raises(SystemExit, match="error: git worktree add"), checkout("no-such-commit"):
        pass
