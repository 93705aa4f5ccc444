"""The rounds of a cell while they come."""

import csv
import errno

from edgecase.results.live import Followers, LiveRows, clear
from edgecase.results.rounds import ROUND_COLUMNS


def row(round, **values):
    plain = dict.fromkeys(ROUND_COLUMNS, 0) | {"client_ids": "3 1", "backdoor_acc": None}
    return plain | {"fl_iter": round, "wg_norm": 1 / 3} | values


def read(folder, seed):
    with (folder / f"seed{seed}.live.csv").open(newline="") as handle:
        return list(csv.DictReader(handle))


def test_a_round_is_in_the_file_when_it_ended(tmp_path):
    rows = LiveRows(tmp_path)
    for seed in (0, 7):
        rows.begin(seed, [])
    rows.add(7, row(0))
    rows.add(7, row(1))
    assert read(tmp_path, 0) == []
    first, second = read(tmp_path, 7)
    assert list(first) == list(ROUND_COLUMNS)
    assert (first["fl_iter"], second["fl_iter"]) == ("0", "1")
    assert (first["wg_norm"], first["backdoor_acc"]) == ("0.333333333", "")
    rows.end()


def test_a_seed_that_goes_on_has_no_round_twice(tmp_path):
    """It was killed after round 3, and its last state is of round 1."""
    killed = LiveRows(tmp_path)
    killed.begin(0, [])
    for round in range(4):
        killed.add(0, row(round))
    rows = LiveRows(tmp_path)
    rows.begin(0, [row(0), row(1)])
    rows.add(0, row(2))
    assert [found["fl_iter"] for found in read(tmp_path, 0)] == ["0", "1", "2"]
    rows.end()
    killed.end()
    clear(tmp_path)
    assert not list(tmp_path.iterdir())


def test_one_that_fails_is_told_no_more_and_the_others_are(tmp_path):
    class Broken:
        def begin(self, seed, rows):
            raise OSError(errno.ENOSPC, "No space left on device")

        add = end = begin

    said = []
    with Followers([Broken(), LiveRows(tmp_path)], said.append) as told:
        told.begin(0, [])
        told.add(0, row(0))
    assert len(read(tmp_path, 0)) == 1
    assert said == ["Broken stops, the cell goes on: [Errno 28] No space left on device"]
