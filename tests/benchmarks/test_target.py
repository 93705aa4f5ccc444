"""Targets are judged by the median of the turns, in both directions, and survive a file."""

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


def test_what_fails_is_named_and_the_rest_is_printed(monkeypatch, capsys):
    found = {"peers": None, "scale": [MEMORY]}
    monkeypatch.setattr(targets, "measured_by", lambda name, _: found[name])
    monkeypatch.setattr("sys.argv", ["targets", "--only", "peers", "scale"])
    with pytest.raises(SystemExit, match="not measured: peers;"):
        targets.main()
    assert "| round of 1000 clients |" in capsys.readouterr().out
