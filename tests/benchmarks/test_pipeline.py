"""Processor seconds of a command include those of processes that outlive their parent."""

import sys

import pytest
from benchmarks.builds import checkout
from benchmarks.pipeline import processor_seconds

_BUSY = "import time\nwhile time.process_time() < 0.5: pass"


def test_processes_that_outlive_their_parent_count(tmp_path):
    script = tmp_path / "orphan.py"
    script.write_text(_BUSY)
    start = f"import subprocess; subprocess.Popen([{sys.executable!r}, {str(script)!r}])"
    assert processor_seconds([sys.executable, "-c", start], tmp_path) >= 0.5


def test_a_command_that_fails_is_told_with_what_it_said(tmp_path):
    with pytest.raises(SystemExit, match=r"(?s)error: in .*no such cell"):
        processor_seconds([sys.executable, "-c", "raise SystemExit('no such cell')"], tmp_path)


def test_a_checkout_is_the_commit_and_goes_away():
    with checkout("HEAD") as folder:
        assert (folder / "Snakefile").is_file() or (folder / "workflow").is_dir()
    assert not folder.exists()
    with pytest.raises(SystemExit, match="error: git worktree add"), checkout("no-such-commit"):
        pass
