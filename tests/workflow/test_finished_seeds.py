"""What changes no result trains nothing again, as real jobs of Snakemake show; states are gone."""

import json
import shutil

CELL = "standin-digits/fixed-freq-2/edge-case/blackbox/krum/default"
FOLDER = f"results/test/cells/{CELL}"
RECORD = f"{FOLDER}/cell.json"


def rounds(project, seeds):
    return [(project.root / FOLDER / f"seed{seed}.csv").read_bytes() for seed in seeds]


def run(project, **changes):
    """Make the cell without states; which of its seeds were taken over."""
    shutil.rmtree(project.root / "results/test/state", ignore_errors=True)
    # A record that is there hides that a new seed is not.
    wanted = [RECORD, *(f"{FOLDER}/seed{seed}.csv" for seed in changes["seeds"])]
    done = project.snakemake(*wanted, changes=changes)
    assert done.returncode == 0, done.stdout
    log = (project.root / f"results/test/logs/cells/{CELL}.log").read_text()
    return [seed for seed in range(3) if f"seed {seed}: taken over" in log]


def test_seeds_and_devices_come_and_go_and_nothing_is_trained_twice(mine):
    before = rounds(mine, (0, 1))
    assert run(mine, seeds=[0], device="cpu") == [0]
    assert json.loads((mine.root / RECORD).read_text())["seeds"] == [0]
    # One comes back, one is new.
    assert run(mine, seeds=[2, 1, 0]) == [0, 1]
    record = json.loads((mine.root / RECORD).read_text())
    assert record["seeds"] == [0, 1, 2]
    assert rounds(mine, (0, 1)) == before
    # A lost file: the others stay.
    (mine.root / FOLDER / "seed1.csv").unlink()
    assert run(mine, seeds=[0, 1, 2]) == [0, 2]
    assert rounds(mine, (0, 1)) == before
    assert json.loads((mine.root / RECORD).read_text())["rounds"] == record["rounds"]


def test_what_changes_no_result_asks_for_nothing(mine):
    jobs = mine.jobs(changes={"seeds": [1, 0], "device": "cpu"})
    # These print the configuration files.
    assert {job.rule for job in jobs} <= {"claims", "front", "provenance", "page"}


def test_a_lost_file_of_a_finished_cell_asks_for_the_cell(mine):
    (mine.root / FOLDER / "seed0.csv").unlink()
    assert [job.rule for job in mine.jobs("cells")] == ["cell"]
    assert "cell" in [job.rule for job in mine.jobs()]
