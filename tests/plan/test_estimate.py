"""The table of a plan, against sums by hand."""

from pathlib import Path

import pytest
from tests.plan.made_up import calibration

from edgecase import config as configuration
from edgecase.plan import estimate
from edgecase.plan.work import jobs
from edgecase.results.cells import all_cells

CONFIG = Path(__file__).parents[2] / "config"
TEST = configuration.load(CONFIG / "test.yaml")
CELLS = all_cells(TEST)
JOBS = jobs(TEST, CELLS)


def finish(results, output):
    (results / output).parent.mkdir(parents=True, exist_ok=True)
    (results / output).touch()


def rows(results, **options):
    found = estimate.table(TEST, results, calibration(JOBS, **options))
    assert all(list(row) == list(estimate.COLUMNS) for row in found)
    return {row["part"]: row for row in found}


def test_the_whole_run_is_the_union_of_its_parts(tmp_path):
    found = rows(tmp_path)
    whole = found.pop("whole run")
    assert found.pop("still to run") | {"part": "whole run"} == whole
    assert set(found) == {
        *(name for name, blocks in TEST["figures"].items() if blocks),
        "beyond the figures",
    }
    assert whole["cells"] == len(CELLS) < sum(row["cells"] for row in found.values())
    assert whole["starting_models"] == 1
    for column in ("client_trainings", "local_steps", "operations", "hours"):
        assert whole[column] < sum(row[column] for row in found.values())
        assert whole[column] > max(row[column] for row in found.values())


def test_numbers_of_the_whole_run(tmp_path):
    whole = rows(tmp_path)["whole run"]
    seconds = sum(
        2 + 0.01 * job.work.steps + 0.001 * job.work.samples + 0.0005 * job.work.evaluated
        for job in JOBS
    )
    assert whole["hours"] == pytest.approx(seconds / 3600)
    assert whole["client_trainings"] == sum(job.work.trainings for job in JOBS)
    assert whole["operations"] == pytest.approx(
        sum(300 * job.work.samples + 100 * job.work.evaluated for job in JOBS)
    )


def test_jobs_at_once_share_the_hours(tmp_path):
    one, two = rows(tmp_path), rows(tmp_path, at_once=2)
    assert two["whole run"]["hours"] == pytest.approx(one["whole run"]["hours"] / 2)
    assert two["whole run"]["operations"] == one["whole run"]["operations"]
    (longest,) = JOBS[-1:]
    many = calibration(JOBS, at_once=64)
    assert estimate.hours([longest], many) == pytest.approx(many.seconds(longest) / 3600)


def test_what_is_done_is_not_still_to_run(tmp_path):
    finish(tmp_path, f"cells/{CELLS[0].folder}/cell.json")
    (tmp_path / f"cells/{CELLS[1].folder}").mkdir(parents=True)  # begun, and not finished
    finish(tmp_path, JOBS[0].output)
    assert estimate.unfinished(TEST, tmp_path) == CELLS[1:]
    found = rows(tmp_path)
    assert found["still to run"]["cells"] == len(CELLS) - 1
    assert found["still to run"]["starting_models"] == 0
    assert found["whole run"]["cells"] == len(CELLS)
    for cell in CELLS:
        finish(tmp_path, f"cells/{cell.folder}/cell.json")
    assert rows(tmp_path)["still to run"]["hours"] == 0


def test_cells_that_run_again_count(tmp_path):
    for job in JOBS:
        finish(tmp_path, job.output)
    assert [job.is_cell for job in estimate.remaining(TEST, tmp_path, CELLS[:2])] == [True, True]


def test_markdown(tmp_path):
    found = estimate.table(TEST, tmp_path, calibration(JOBS, at_once=2))
    text = estimate.to_markdown("test", found, calibration(JOBS, at_once=2))
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert len({line.count("|") for line in lines}) == 1
    assert [line.split("|")[1].strip() for line in lines[2:]] == [row["part"] for row in found]
    assert "An estimate for this device: CPU, 1 threads (a machine; jobs at once: 2;" in text


@pytest.mark.parametrize(
    ("hours", "text"),
    [
        (0, "0 min"),
        (0.001, "1 min"),
        (0.5, "30 min"),
        (1, "1.0 h"),
        (30, "30.0 h"),
        (60, "2.5 days"),
    ],
)
def test_duration(hours, text):
    assert estimate.duration(hours) == text
