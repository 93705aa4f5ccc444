"""What an edit costs: cells made again, grouped by what changed, with times worked out by hand."""

import json

import pytest
from tests.figures.made_up import write_cell
from tests.sharing.made_up import CELLS, CONFIG

from edgecase.pipeline.start import edits
from edgecase.plan.edits import Due, costs
from edgecase.results.rounds import TIMING_COLUMNS

PARAMETERS = {"rounds": 20, "eps": 0.5, "defense": {"name": "krum", "f": 1}}


@pytest.fixture
def cell(tmp_path):
    """Makes a finished cell of two seeds, whose rounds took `seconds` each, as it is due again."""

    def made(number, seconds=3.0, **changes):
        folder = tmp_path / "cells" / CELLS[number].folder
        axes = {name: getattr(CELLS[number], name) for name in ("task", "case", "attack")}
        write_cell(folder, seeds=(0, 1), parameters=PARAMETERS, **axes)
        record = json.loads((folder / "cell.json").read_text())
        axes = CELLS[number].__dict__
        (folder / "cell.json").write_text(json.dumps(record | axes | {"code": "abc"}))
        for seed in (0, 1):
            # Round 0 is a test without training.
            rows = [f"{round_},{seconds if round_ else 0},0,0" for round_ in range(21)]
            text = "\n".join([",".join(TIMING_COLUMNS), *rows, ""])
            (folder / f"seed{seed}.timing.csv").write_text(text)
        code = changes.pop("code", "abc")
        return Due(CELLS[number], folder, PARAMETERS | changes, code)

    return made


def test_one_key_in_three_cells(cell):
    due = [cell(number, eps=0.7) for number in range(3)]
    # 3 cells × 2 seeds × 20 rounds × 3 s = 6 minutes, and half of it two at a time.
    assert costs(due, [0, 1], at_once=1) == (["eps 0.5 → 0.7: 3 cells, about 6 min"], [])
    assert costs(due[:2], [0, 1], at_once=2)[0] == ["eps 0.5 → 0.7: 2 cells, about 2 min"]
    assert costs(due[:1], [0, 1], at_once=8)[0] == ["eps 0.5 → 0.7: 1 cell, about 2 min"]


def test_longer_and_new_seeds(cell):
    # 2 seeds × 60 rounds × 3 s.
    assert costs([cell(0, rounds=60)], [0, 1], 1)[0] == ["rounds 20 → 60: 1 cell, about 6 min"]
    # The two seeds that are there are taken over: 2 × 20 × 3 s for the others.
    told = "seeds [0, 1] → [0, 1, 2, 3]: 1 cell, about 2 min"
    assert costs([cell(1)], [0, 1, 2, 3], 1)[0] == [told]


def test_kinds_of_change_stand_apart(cell):
    due = [
        cell(0, eps=0.7, defense={"name": "krum", "f": 2}),
        cell(1, code="def"),
        cell(2),
    ]
    lines, new = costs(due, [0, 1], 1)
    assert lines == [
        "eps 0.5 → 0.7, defense.f 1 → 2: 1 cell, about 2 min",
        "code changed: 1 cell, about 2 min",
        "input files or a lost file: 1 cell, about 2 min",
    ]
    assert new == []


def test_without_wall_times_there_is_no_time(cell):
    due = cell(0, eps=0.7)
    (due.folder / "seed1.timing.csv").write_text("cut off")
    assert costs([due], [0, 1], 1)[0] == ["eps 0.5 → 0.7: 1 cell"]


def test_cells_that_were_never_made_are_counted(cell, tmp_path):
    one = cell(0, eps=0.7)
    told = edits(
        CONFIG,
        str(tmp_path),
        [
            (one.cell, json.dumps(one.parameters), one.code),
            *((other, json.dumps(PARAMETERS), "abc") for other in CELLS[1:]),
        ],
        [0, 1],
        cores=1,
        gpu_jobs=0,
    )
    assert told == ["eps 0.5 → 0.7: 1 cell, about 2 min", f"not made yet: {len(CELLS) - 1} cells"]
