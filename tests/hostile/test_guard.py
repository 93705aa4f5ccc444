"""What counts as a failure is noticed; a fuzzer that cannot fail finds nothing."""

import os
import signal
import subprocess
import sys

import pytest
from hypothesis import strategies as st
from tests.hostile import fuzz, guard, target
from tests.hostile.guard import Refusal, reads_or_refuses, runs_or_refuses

from edgecase.errors import DataError


def test_reading_and_refusing_are_both_right(tmp_path):
    path = tmp_path / "x"
    reads_or_refuses(lambda path: None, path, tmp_path)

    def refuse(path):
        raise DataError(f"{path}: no")

    reads_or_refuses(refuse, path, tmp_path)


def test_another_error_is_a_crash(tmp_path):
    with pytest.raises(KeyError):
        reads_or_refuses(lambda path: {}["x"], tmp_path / "x", tmp_path)


@pytest.mark.parametrize(
    ("read", "seen"),
    [
        (lambda path: os.system("true"), "os.system"),
        (lambda path: subprocess.run(["true"], check=False), "subprocess.Popen"),
        (lambda path: (path.parent.parent / "outside").write_text("x"), "outside"),
        (lambda path: (path.parent.parent / "beside").mkdir(), "beside"),
        (lambda path: bytearray(guard.BYTES + (64 << 20)).count(1), "MiB"),
        (lambda path: _refuse(""), "without a message"),
    ],
)
def test_what_no_file_may_do_is_noticed(tmp_path, read, seen):
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(Refusal, match=seen):
        reads_or_refuses(read, folder / "x", folder)


def _refuse(message):
    raise DataError(message)


def test_a_reader_that_does_not_end_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setitem(guard._TIMERS, signal.SIGPROF, (signal.ITIMER_PROF, 0.1))

    def read(path):
        while True:
            pass

    with pytest.raises(Refusal, match="took more than"):
        reads_or_refuses(read, tmp_path / "x", tmp_path)


@pytest.mark.parametrize(
    ("main", "seen"),
    [
        (lambda words: sys.exit(3), "ended with 3"),
        (lambda words: sys.exit(1), "said: nothing"),
        (lambda words: sys.exit("error: Traceback"), "ended with"),
    ],
)
def test_a_command_has_to_say_why_it_ends(tmp_path, main, seen):
    with pytest.raises(Refusal, match=seen):
        runs_or_refuses(main, [], tmp_path)


def _read(path, folder):
    if b"x" in path.read_bytes():
        raise ValueError("an x")


def test_what_is_found_is_small_kept_and_found_again(tmp_path, monkeypatch, capsys):
    made_up = target.Target("made-up", "f.bin", lambda: st.binary(max_size=50), _read)
    monkeypatch.setattr(fuzz, "TARGETS", {"made-up": made_up})
    assert fuzz.main(["--minutes", "1", "--seed", "3", "--out", str(tmp_path)]) == 1
    (kept,) = (tmp_path / "made-up").iterdir()
    assert kept.read_bytes() == b"x"
    out = capsys.readouterr().out
    assert "seed 3" in out
    assert f"made-up --replay {kept}" in out
    with pytest.raises(ValueError, match="an x"):
        fuzz.main(["made-up", "--replay", str(kept)])


def test_equal_seeds_give_equal_files():
    def files(seed):
        seen = []
        one = target.Target(
            "made-up", "f", lambda: st.binary(), lambda p, _: seen.append(p.read_bytes())
        )
        target.search(one, 20, seed)
        return seen

    assert files(1) == files(1)
    assert files(None) == files(None)
    assert files(1) != files(2)
