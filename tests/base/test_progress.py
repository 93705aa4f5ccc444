"""Where a cell is: plain lines in a log, a bar on a terminal."""

import os
import pty
import re
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from edgecase.base import progress
from edgecase.base.progress import Progress

LIBRARY = Path(__file__).parents[2] / "workflow"


@pytest.fixture
def clock(monkeypatch):
    """A clock that tests set."""
    now = [1000.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_a_line_says_where_the_cell_is_and_when_it_ends(clock, capsys):
    """Twelve rounds of 20 in 30 s are 24 a minute, and the last eight take 20 s."""
    with Progress(10, {3: 0, 4: 0}) as said:
        for round in range(11):
            said(3, round, "")
        clock[0] += 30
        said(4, 2, ", main 90.00 %")
    assert capsys.readouterr().err == (
        "seed 4: round 2/10, 12 of 20 rounds in all, 24.0 rounds/min, 0.3 min left, main 90.00 %\n"
    )


def test_what_another_process_has_done_does_not_count_for_the_speed(clock, capsys):
    with Progress(100, {0: 100, 1: 40}) as said:
        clock[0] += 60
        said(1, 46, "")
    assert "146 of 200 rounds in all, 6.0 rounds/min, 9.0 min left" in capsys.readouterr().err


def test_lines_come_now_and_then(clock, capsys):
    with Progress(100, {0: 0}) as said:
        said(0, 0, "")
        for round in range(1, 101):
            clock[0] += 1
            said(0, round, "")
    assert [int(n) for n in re.findall(r"round (\d+)/100", capsys.readouterr().err)] == [
        *range(10, 101, 10)
    ]


def test_the_starting_model_is_no_round(clock, capsys):
    with Progress(100, {0: 0}) as said:
        clock[0] += 60
        said(0, 0, "")
    assert capsys.readouterr().err == ""


SCRIPT = (
    "import sys\n"
    "from edgecase.base import progress\n"
    "progress._REPORT_EVERY_S = 0\n"
    "with progress.Progress(3, {7: 1}) as said:\n"
    "    said(7, 2, ', main 50.00 %')\n"
    "    said(7, 3, ', main 60.00 %')\n"
    "print('the end', file=sys.stderr)\n"
)


def on_a_terminal():
    """What the script shows on a terminal."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 100))
    process = subprocess.Popen([sys.executable, "-c", SCRIPT], cwd=LIBRARY, stderr=theirs)
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:  # how Linux says that the other end is closed
            break
        if not part:
            break
        shown += part
    os.close(ours)
    assert process.wait() == 0
    return shown.decode()


def test_a_terminal_has_a_bar_and_no_lines():
    shown = on_a_terminal()
    *_, bar, end, _ = shown.split("\r\n")
    last = bar.split("\r")[-1]
    assert "100%|" in last
    assert "3/3" in last
    assert "seed 7: round 3/3, main 60.00 %" in last
    assert "rounds/min" not in shown
    assert end == "the end", "the bar has ended its line"


def test_a_file_has_lines_and_no_bar(tmp_path):
    with (tmp_path / "log").open("w") as log:
        subprocess.run([sys.executable, "-c", SCRIPT], cwd=LIBRARY, stderr=log, check=True)
    first, second, last = (tmp_path / "log").read_text().splitlines()
    assert first.startswith("seed 7: round 2/3, 2 of 3 rounds in all, ")
    assert second.startswith("seed 7: round 3/3, 3 of 3 rounds in all, ")
    assert last == "the end"
