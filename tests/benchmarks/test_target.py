"""Targets are judged by the median of the turns, in both directions, and survive a file."""

import subprocess
from pathlib import Path

import pytest
from benchmarks.target import Measured, read, to_markdown, write

from benchmarks import targets

FASTER = Measured("round", "a peer", [1.4, 1.6, 9.0], 1.5)
MEMORY = Measured("round of 1000 clients", "", [1.6], 1.5, "GB", at_most=True)


def test_a_target_is_reached_by_the_median():
    assert FASTER.reached
    assert not Measured("round", "a peer", [1.4, 1.4, 9.0], 1.5).reached
    assert not MEMORY.reached
    assert Measured("memory", "", [1.5], 1.5, "GB", at_most=True).reached


def test_the_table_has_the_range_of_the_turns():
    assert to_markdown([FASTER, MEMORY]).splitlines()[2:] == [
        "| round | a peer | 1.60 (1.40 to 9.00) | at least 1.5 | yes |",
        "| round of 1000 clients |  | 1.60 GB | at most 1.5 GB | no |",
    ]


def test_a_file_holds_all_of_it(tmp_path):
    write(tmp_path / "measured.json", [FASTER, MEMORY])
    assert read(tmp_path / "measured.json") == [FASTER, MEMORY]


@pytest.fixture
def benchmark(tmp_path, monkeypatch):
    """A benchmark in place of every part's: writes what it is given, or fails for None."""
    monkeypatch.setattr(targets, "FOLDER", tmp_path)
    found = {}

    def run(command, check):
        name = command[2].removeprefix("benchmarks.")
        if found[name] is not None:
            write(Path(command[-1]), found[name])
        return subprocess.CompletedProcess(command, found[name] is None)

    monkeypatch.setattr(targets.subprocess, "run", run)
    monkeypatch.setattr(targets, "head", lambda: "abc1234")

    def call(*parts, **given):
        found.update(given)
        monkeypatch.setattr("sys.argv", ["targets", "--only", *parts])
        targets.main()

    return call


def test_what_fails_is_named_and_the_rest_is_printed(benchmark, capsys):
    with pytest.raises(SystemExit, match="not measured: peers;"):
        benchmark("peers", "scale", peers=None, scale=[MEMORY])
    said = capsys.readouterr().out
    assert "| round of 1000 clients |" in said
    assert "| scale | abc1234 |" in said
    assert "| peers | not measured |" in said


def test_what_was_measured_before_stays_in_the_table(benchmark, capsys):
    benchmark("scale", scale=[MEMORY])
    with pytest.raises(SystemExit):
        benchmark("scale", scale=None)
    benchmark("peers", peers=[FASTER])
    said = capsys.readouterr().out.rpartition("# Targets")[2]
    assert "| round of 1000 clients |  | 1.60 GB |" in said
    assert "| round | a peer | 1.60 (1.40 to 9.00) |" in said
