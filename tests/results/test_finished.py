"""A cell that runs again takes over the seeds that it would train to the same bytes."""

import json

import pytest
from tests.figures.made_up import write_cell

from edgecase.results import finished
from edgecase.results.provenance import file_digest


@pytest.fixture
def cell(tmp_path):
    """A finished cell of the seeds 0 and 2, as `cell.py` records it."""
    folder = write_cell(tmp_path / "cell", seeds=(0, 2))
    for seed in (0, 2):
        (folder / f"seed{seed}.timing.csv").write_text(f"seconds of {seed}\n")
    path = folder / "cell.json"
    record = json.loads(path.read_text()) | {
        "rounds": {f"seed{seed}.csv": file_digest(folder / f"seed{seed}.csv") for seed in (0, 2)},
        "fingerprints": {"0": "print-0", "2": "print-2"},
    }
    path.write_text(json.dumps(record))
    return folder


def emptied(folder):
    """As Snakemake leaves the cell's folder before a job."""
    content = {path.name: path.read_bytes() for path in folder.iterdir()}
    for path in folder.iterdir():
        path.unlink()
    return content


def test_a_kept_seed_comes_back_byte_for_byte(cell, tmp_path):
    finished.keep(cell, tmp_path / "kept")
    before = emptied(cell)
    record = finished.take_over(tmp_path / "kept", 2, "print-2", cell)
    assert record["seeds"] == [0, 2]
    names = {"seed2.csv", "seed2.timing.csv"}
    assert {path.name: path.read_bytes() for path in cell.iterdir()} == {
        name: before[name] for name in names
    }
    finished.let_go(tmp_path / "kept", 2)
    assert finished.take_over(tmp_path / "kept", 2, "print-2", cell) is None
    assert finished.take_over(tmp_path / "kept", 0, "print-0", cell)


def test_a_seed_of_other_facts_or_of_no_cell_is_not_taken_over(cell, tmp_path):
    finished.keep(cell, tmp_path / "kept")
    assert finished.take_over(tmp_path / "kept", 0, "print-of-other-code", cell) is None
    assert finished.take_over(tmp_path / "kept", 1, "print-1", cell) is None
    assert finished.take_over(tmp_path / "nothing", 0, "print-0", cell) is None


def test_rounds_that_the_record_does_not_vouch_for_are_not_taken_over(cell, tmp_path):
    (cell / "seed0.csv").write_text("edited\n")
    finished.keep(cell, tmp_path / "kept")
    assert finished.take_over(tmp_path / "kept", 0, "print-0", cell) is None
    assert finished.take_over(tmp_path / "kept", 2, "print-2", cell)


def test_seeds_without_a_file_or_a_record_are_not_kept(cell, tmp_path):
    (cell / "seed0.csv").unlink()
    finished.keep(cell, tmp_path / "kept")
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["seed2"]
    (cell / "cell.json").unlink()
    finished.keep(cell, tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_a_seed_that_is_kept_stays_when_the_cell_runs_without_it(cell, tmp_path):
    """Seed 2 is dropped from the configuration and comes back later."""
    finished.keep(cell, tmp_path / "kept")
    record = json.loads((cell / "cell.json").read_text())
    (cell / "cell.json").write_text(json.dumps(record | {"seeds": [0]}))
    (cell / "seed2.csv").unlink()
    finished.keep(cell, tmp_path / "kept")
    assert finished.take_over(tmp_path / "kept", 2, "print-2", cell)
