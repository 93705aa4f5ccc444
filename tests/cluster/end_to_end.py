"""profiles/slurm on a real SLURM of one node with fake GPUs (slurm.sh), for `make test-cluster`.

Jobs ask for a GPU, get a fake one and compute on the CPU, where torch finds none. What they write
is what a run without SLURM writes, byte for byte. Cells that are to be stopped in the middle stand
still there by themselves (holding/sitecustomize.py), so no test depends on how fast anything is.
"""

import json
import re
import shutil
import subprocess
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path

import psutil
import pytest
import yaml
from tests.workflow.conftest import Project, copy_sources, environment

SLURM = Path(__file__).parent / "slurm.sh"
HOLDING = Path(__file__).parent / "holding"
#: seconds after which something has gone wrong.
PATIENCE = 1800
QUICK = [
    *("--slurm-init-seconds-before-status-checks", "3", "--seconds-between-status-checks", "3"),
    *("--latency-wait", "60", "--retries", "30"),
]
#: what SLURM is asked about each job.
FIELDS = "JobArrayID:|,State:|,TimeLimit:|,MinMemory:|,tres-per-job:|,RestartCnt:|,Comment:|"
ABOUT = ("limit", "memory", "gpus", "restarts", "comment")


@pytest.fixture(scope="module")
def slurm(tmp_path_factory):
    folder = tmp_path_factory.mktemp("slurm")
    # The daemons keep their standard streams: a pipe would never end.
    with (folder / "log").open("w") as log:
        done = subprocess.run([SLURM, "start", folder], stdout=log, stderr=log, check=False)
    if done.returncode == 3:
        pytest.exit((folder / "log").read_text().strip(), returncode=3)
    try:
        assert done.returncode == 0, (folder / "log").read_text()
        yield folder
    finally:
        subprocess.run([SLURM, "stop", folder], check=True)


class Queue(threading.Thread):
    """Notes what SLURM says of its jobs while it runs."""

    def __init__(self):
        super().__init__(daemon=True)
        #: job → its states in order, and what FIELDS ask; the comment names rule and wildcards.
        self.states, self.about = defaultdict(list), {}
        self._over = threading.Event()
        self._others = {row[0] for row in self._rows()}

    def run(self):
        while not self._over.wait(0.5):
            self.look()

    def look(self):
        rows = [row for row in self._rows() if row[0] not in self._others]
        for job, state, *about in rows:
            self.about[job] = dict(zip(ABOUT, about, strict=True))
            if self.states[job][-1:] != [state]:
                self.states[job].append(state)

    @staticmethod
    def _rows():
        """What SLURM says of each job, those that ended in the last minutes included."""
        listed = subprocess.run(
            ["squeue", "--noheader", "--states=all", f"--Format={FIELDS}"],
            capture_output=True,
            text=True,
            check=False,
        )
        return [line.split("|")[: 2 + len(ABOUT)] for line in listed.stdout.splitlines()]

    def attempts(self, defense):
        """The jobs of a cell, in the order of submission."""
        ending = f"_{defense}_default"
        jobs = [job for job in self.states if self.about[job]["comment"].endswith(ending)]
        return sorted(jobs, key=int)

    def stop(self):
        self.look()
        self._over.set()
        self.join()


@pytest.fixture
def queue(slurm):
    watching = Queue()
    watching.start()
    yield watching
    watching.stop()


CONFIGURATION = ["--configfile", "config/test.yaml", "changes.yaml"]
DEFENSES = ("krum", "no-defense", "norm-clipping")
CHANGES = {
    "seeds": [0],
    "save_minutes": 0,
    "cluster": {"max_minutes": 10},
    "figures": {"fig4": [], "fig5": []},
    "grid": [
        {
            **{"tasks": ["standin-digits"], "participations": ["fixed-freq-2"]},
            **{"cases": ["edge-case"], "attacks": ["blackbox"], "defenses": list(DEFENSES)},
        }
    ],
}
HEAD = "standin-digits/fixed-freq-2/edge-case/blackbox"
CELL = f"results/test/cells/{HEAD}/krum/default/cell.json"


def project(folder, **changes):
    """A copy of the project; its configuration is `CONFIGURATION`."""
    copy_sources(folder)
    (folder / "changes.yaml").write_text(yaml.safe_dump(CHANGES | changes))
    return Project(folder)


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    """The cells and densities as a run without SLURM makes them."""
    on = project(tmp_path_factory.mktemp("local") / "project")
    done = on.snakemake("measured", changes=CHANGES, cores=2)
    assert done.returncode == 0, done.stdout
    assert len(numbers(on)) == len(DEFENSES)
    return on


def with_data(local, folder, **changes):
    """A project in which everything but the cells is made."""
    on = project(folder, **changes)
    for name in ("data", "test/partition", "test/poison", "test/pretrain", "test/densities"):
        shutil.copytree(local.root / "results" / name, on.root / "results" / name)
    shutil.copytree(local.root / ".snakemake" / "metadata", on.root / ".snakemake" / "metadata")
    return on


def submitting(on, *options, hold=False):
    """Snakemake with the profile, as a process; its output is in the file `log`.

    With `hold`, the first attempt of each cell stops itself in its second round.
    """
    variables = environment()
    if hold:
        marker_of(on, "krum").parent.mkdir()
        markers = {str(state_of(on, name)): str(marker_of(on, name)) for name in DEFENSES}
        variables |= {"EDGECASE_TEST_HOLD": json.dumps(markers), "PYTHONPATH": str(HOLDING)}
    with (on.root / "log").open("w") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "snakemake", "--workflow-profile", "profiles/slurm", *options],
            cwd=on.root,
            env=variables,
            stdout=log,
            stderr=log,
        )


def state_of(on, defense):
    """The saved state of a cell."""
    return on.root / f"results/test/state/{HEAD}/{defense}/default/seed0.safetensors"


def marker_of(on, defense):
    """What tells that a cell stands still."""
    return on.root / "held" / defense


def held(on, process):
    """Wait until all cells stand still; each one's `pid` and variables of SLURM."""
    markers = {name: marker_of(on, name) for name in DEFENSES}
    wait_for(lambda: all(marker.exists() for marker in markers.values()), process, on)
    cells = {name: json.loads(marker.read_text()) for name, marker in markers.items()}
    stopped = [psutil.Process(cell["pid"]) for cell in cells.values()]
    wait_for(lambda: all(p.status() == psutil.STATUS_STOPPED for p in stopped), process, on)
    return cells


def wait_for(found, process, on):
    """Wait until `found()` is true while `process` runs."""
    deadline = time.monotonic() + PATIENCE
    while not found():
        assert process.poll() is None, (on.root / "log").read_text()
        assert time.monotonic() < deadline
        time.sleep(0.2)


def finish(on, process):
    """Wait for `submitting`; what it said."""
    try:
        code = process.wait(PATIENCE)
    finally:
        process.terminate()
    said = (on.root / "log").read_text()
    assert code == 0, said
    return said


def numbers(on):
    """The rounds of every cell and seed: file → content."""
    cells = on.root / "results" / "test" / "cells"
    paths = [path for path in cells.rglob("seed*.csv") if path.stem[4:].isdigit()]
    return {str(path.relative_to(cells)): path.read_bytes() for path in paths}


def went_on(on, defense):
    """The round after which the last attempt of a cell went on."""
    log = (on.root / f"results/test/logs/cells/{HEAD}/{defense}/default.log").read_text()
    return int(re.search("goes on after round ([0-9]+)", log)[1])


def test_cancelled_requeued_and_over_its_time(queue, local, tmp_path):
    """Three cells are stopped in these ways, each in the middle, and go on."""
    on = project(tmp_path / "cluster")
    process = submitting(on, "measured", *QUICK, *CONFIGURATION, hold=True)
    jobs = {name: cell["SLURM_JOB_ID"] for name, cell in held(on, process).items()}
    queue.look()
    assert {queue.states[job][-1] for job in jobs.values()} == {"RUNNING"}
    for name, command in (
        ("krum", "scontrol update TimeLimit=1 JobId="),
        ("no-defense", "scancel "),
        ("norm-clipping", "scontrol requeue "),
    ):
        subprocess.run(f"{command}{jobs[name]}".split(), check=True)
    said = finish(on, process)
    queue.look()

    for name, how in (("no-defense", "CANCELLED"), ("krum", "TIMEOUT")):
        first, *_, last = queue.attempts(name)
        assert (first, queue.states[first][-1]) == (jobs[name], how)
        assert queue.states[last][-1] == "COMPLETED"
    assert queue.about[jobs["norm-clipping"]]["restarts"] == "1"
    last = queue.attempts("norm-clipping")[-1]
    assert queue.states[last][-1] == "COMPLETED"
    # Another attempt asks for more.
    first, second, *_ = (queue.about[job]["memory"] for job in queue.attempts("no-defense"))
    assert int(second.rstrip("M")) == pytest.approx(2 * int(first.rstrip("M")), abs=1)
    assert "Trying to restart job" in said
    assert all(went_on(on, name) > 0 for name in DEFENSES)
    rules = {about["comment"].split("_")[1] for about in queue.about.values()}
    assert rules == {"cell", "pretrain", "densities"}
    asked = {(about["gpus"], about["limit"]) for about in queue.about.values()}
    assert asked == {("gres:gpu:1", "10:00"), ("gres:gpu:1", "1:00")}
    assert numbers(on) == numbers(local)
    for profile in ([], ["--profile", "profiles/slurm"], ["--workflow-profile", "profiles/slurm"]):
        done = on.snakemake("--dry-run", *profile, "measured", changes=CHANGES)
        assert "Nothing to be done" in done.stdout, done.stdout


def test_all_cells_as_one_array(queue, local, tmp_path):
    """What the cells need is there, so all are sent at once; one of them is cancelled."""
    on = with_data(local, tmp_path / "cluster")
    array = ["--slurm-array-jobs", "cell", "--slurm-array-limit", "40", "--keep-incomplete"]
    process = submitting(on, "cells", *QUICK, *array, *CONFIGURATION, hold=True)
    cells = held(on, process)
    tasks = {int(cell["SLURM_ARRAY_TASK_ID"]): name for name, cell in cells.items()}
    assert sorted(tasks) == [1, 2, 3]
    # Not the first: the executor looks after its files in every task.
    chosen = cells[tasks[3]]
    cancelled = f"{chosen['SLURM_ARRAY_JOB_ID']}_3"
    subprocess.run(["scancel", cancelled], check=True)
    for number in (1, 2):
        psutil.Process(cells[tasks[number]]["pid"]).resume()
    said = finish(on, process)
    queue.look()

    sent = [int(last) for last in re.findall(r"individual task IDs are 1-([0-9]+)", said)]
    assert sent[0] == len(DEFENSES)
    assert queue.states[cancelled][-1] == "CANCELLED"
    assert went_on(on, tasks[3]) > 0
    assert numbers(on) == numbers(local)


def test_plan_is_measured_on_a_node_and_used(queue, local, tmp_path):
    on = with_data(local, tmp_path / "cluster", cluster={"max_minutes": 1440})
    before = minutes(on)
    finish(on, submitting(on, "plan", *QUICK, *CONFIGURATION))
    results = on.root / "results" / "test"
    assert "jobs at once: 1" in (results / "plan.md").read_text()
    assert not (results / "calibration.json").exists()
    measured = results / "calibration-cluster.json"
    # The start of a job as if it had taken ten minutes: 10 minutes for any job and twice these.
    measured.write_text(json.dumps(json.loads(measured.read_text()) | {"start_s": 600.0}))
    assert before < 30 <= minutes(on)


def test_a_partition_without_gpus(queue, local, tmp_path):
    on = with_data(local, tmp_path / "cluster", device="cpu")
    finish(on, submitting(on, CELL, *QUICK, *CONFIGURATION))
    assert (on.root / CELL).exists()
    asked = [about for about in queue.about.values() if about["comment"].startswith("rule_cell")]
    assert [about["gpus"] for about in asked] == ["N/A"]


def minutes(on):
    """What a cell asks for."""
    changes = yaml.safe_load((on.root / "changes.yaml").read_text())
    profile = ["--workflow-profile", "profiles/slurm"]
    said = on.snakemake("--dry-run", CELL, *profile, changes=changes).stdout
    return int(re.search(r"rule cell:\n(?: {4}.*\n)*? {4}resources: .*runtime=([0-9]+)", said)[1])
