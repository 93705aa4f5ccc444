"""profiles/slurm on a real SLURM of one node with fake GPUs (slurm.sh), for `make test-cluster`.

Jobs ask for a GPU, get a fake one and compute on the CPU, where torch finds none. What they write
is what a run without SLURM writes, byte for byte.
"""

import json
import os
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
from safetensors import safe_open
from tests.workflow.conftest import Project, copy_sources

SLURM = Path(__file__).parent / "slurm.sh"
#: seconds after which something has gone wrong.
PATIENCE = 1800
QUICK = [
    *("--slurm-init-seconds-before-status-checks", "3", "--seconds-between-status-checks", "3"),
    *("--latency-wait", "5", "--retries", "30"),
]
#: what SLURM is asked about each job.
FIELDS = "JobArrayID:|,State:|,TimeLimit:|,MinMemory:|,tres-per-job:|,Comment:|"


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
        #: job → its states in order, comment (rule and wildcards), time limit, memory and devices.
        self.states, self.about = defaultdict(list), {}
        #: the most jobs that ran at once.
        self.at_once = 0
        self._over = threading.Event()
        self._others = {row[0] for row in self._rows()}

    def run(self):
        while not self._over.wait(0.5):
            self.look()

    def look(self):
        rows = [row for row in self._rows() if row[0] not in self._others]
        self.at_once = max(self.at_once, sum(row[1] == "RUNNING" for row in rows))
        for job, state, *about in rows:
            self.about[job] = dict(zip(("limit", "memory", "gpus", "comment"), about, strict=True))
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
        return [line.split("|")[:6] for line in listed.stdout.splitlines()]

    def ends(self, ending):
        """The last states of all jobs whose comment has this ending, in the order of submission."""
        jobs = [job for job in self.states if self.about[job]["comment"].endswith(ending)]
        return [self.states[job][-1] for job in sorted(jobs, key=int)]

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


def wait_for(found):
    """What `found()` returns once it is true."""
    deadline = time.monotonic() + PATIENCE
    while not (value := found()):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return value


CONFIGURATION = ["--configfile", "config/test.yaml", "changes.yaml"]
#: what stops a cell in the middle needs cells that go on for a while.
CHANGES = {
    "save_minutes": 0,
    "cluster": {"max_minutes": 10},
    "overrides": {"long": {"rounds": 120}},
    "grid": [
        {
            **{"tasks": ["standin-digits"], "participations": ["fixed-freq-2"]},
            **{"cases": ["edge-case"], "attacks": ["blackbox"], "overrides": ["long"]},
            "defenses": ["no-defense", "norm-clipping", "krum"],
        }
    ],
}
HEAD = "standin-digits/fixed-freq-2/edge-case/blackbox"
CELLS = 8


def project(folder, **changes):
    """A copy of the project; its configuration is `CONFIGURATION`."""
    copy_sources(folder)
    (folder / "changes.yaml").write_text(yaml.safe_dump(CHANGES | changes))
    return Project(folder, folder / "bytecode")


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    """The cells and densities as a run without SLURM makes them."""
    on = project(tmp_path_factory.mktemp("local") / "project", save_minutes=60)
    done = snakemake(on, "--cores", "2", "measured", *CONFIGURATION)
    assert done.returncode == 0, done.stdout
    assert len(numbers(on)) == 2 * CELLS
    return on


def with_data(local, folder, **changes):
    """A project in which everything but the cells is made."""
    on = project(folder, **changes)
    for name in ("data", "test/partition", "test/poison", "test/pretrain", "test/densities"):
        shutil.copytree(local.root / "results" / name, on.root / "results" / name)
    shutil.copytree(local.root / ".snakemake" / "metadata", on.root / ".snakemake" / "metadata")
    return on


def snakemake(on, *options):
    return on.run(sys.executable, "-m", "snakemake", *options)


def submitting(on, *options):
    """Snakemake with the profile, as a process; its output is in the file `log`."""
    with (on.root / "log").open("w") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "snakemake", "--workflow-profile", "profiles/slurm", *options],
            cwd=on.root,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
            stdout=log,
            stderr=log,
        )


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


def went_on(on, cell):
    """The round after which the last attempt of a cell of `test` went on."""
    log = (on.root / "results" / "test" / "logs" / "cells" / f"{cell}.log").read_text()
    return int(re.search("goes on after round ([0-9]+)", log)[1])


def reached(state):
    """The last round of a saved state, 0 if there is none yet."""
    if not state.exists():
        return 0
    with safe_open(state, "pt") as file:
        return json.loads(file.metadata()["content"])["round"]


def hold_up(on, state):
    """Stop the process of a cell of `on`, which SLURM wakes when it tells it to end; return it."""
    folder, held = str(state.parent.relative_to(on.root)), []
    for process in psutil.process_iter(["cmdline", "cwd"]):
        states = any(word.endswith(f"/{folder}") for word in process.info["cmdline"] or [])
        if states and process.info["cwd"] == str(on.root):
            process.suspend()
            held.append(process)
    return held[-1]


def state_of(on, defense):
    """The saved state of the first seed of a long cell."""
    return on.root / f"results/test/state/{HEAD}/{defense}/long/seed0.safetensors"


def test_cancelled_requeued_and_over_its_time(queue, local, tmp_path):
    """Three cells are stopped in these ways, each once it has a saved state, and go on."""
    on = project(tmp_path / "cluster")
    states = {defense: state_of(on, defense) for defense in ("krum", "no-defense", "norm-clipping")}
    commands = {
        "krum": "scontrol update TimeLimit=1 JobId=",
        "no-defense": "scancel ",
        "norm-clipping": "scontrol requeue ",
    }
    process = submitting(on, "measured", *QUICK, *CONFIGURATION)

    def all_stopped():
        for defense in [name for name in commands if reached(states[name])]:
            job = hold_up(on, states[defense]).environ()["SLURM_JOB_ID"]
            subprocess.run(f"{commands.pop(defense)}{job}".split(), check=True)
        return not commands

    wait_for(all_stopped)
    said = finish(on, process)
    queue.look()

    assert queue.at_once >= 2
    for defense, how in (("no-defense", "CANCELLED"), ("krum", "TIMEOUT")):
        first, *later = queue.ends(f"_{defense}_long")
        assert first == how
        assert later[-1] == "COMPLETED"
    requeued = next(
        states
        for job, states in queue.states.items()
        if queue.about[job]["comment"].endswith("_norm-clipping_long")
    )
    assert "PENDING" in requeued[requeued.index("RUNNING") :]
    assert "Trying to restart job" in said
    assert all(went_on(on, f"{HEAD}/{defense}/long") > 0 for defense in states)
    rules = {about["comment"].split("_")[1] for about in queue.about.values()}
    assert rules == {"cell", "pretrain", "densities"}
    asked = {(about["gpus"], about["limit"]) for about in queue.about.values()}
    assert asked == {("gres:gpu:1", "10:00"), ("gres:gpu:1", "1:00")}
    assert numbers(on) == numbers(local)
    for profile in ([], ["--profile", "profiles/slurm"], ["--workflow-profile", "profiles/slurm"]):
        done = snakemake(on, "--dry-run", *profile, "measured", *CONFIGURATION)
        assert "Nothing to be done" in done.stdout, done.stdout


def test_all_cells_as_one_array(queue, local, tmp_path):
    """What the cells need is there, so all are sent at once; one of them is cancelled."""
    on = with_data(local, tmp_path / "cluster")
    array = ["--slurm-array-jobs", "cell", "--slurm-array-limit", "40", "--keep-incomplete"]
    process = submitting(on, "cells", *QUICK, *array, *CONFIGURATION)
    state = state_of(on, "krum")
    wait_for(lambda: reached(state))
    task = hold_up(on, state).environ()
    cancelled = f"{task['SLURM_ARRAY_JOB_ID']}_{task['SLURM_ARRAY_TASK_ID']}"
    subprocess.run(["scancel", cancelled], check=True)
    said = finish(on, process)
    queue.look()

    sent = [int(last) for last in re.findall(r"individual task IDs are 1-([0-9]+)", said)]
    assert sent[0] == CELLS
    assert queue.states[cancelled][-1] == "CANCELLED"
    assert went_on(on, f"{HEAD}/krum/long") > 0
    assert numbers(on) == numbers(local)


CELL = "results/test/cells/standin-digits/fixed-freq-2/edge-case/none/krum/default/cell.json"


def test_plan_is_measured_on_a_node_and_used(queue, local, tmp_path):
    on = with_data(local, tmp_path / "cluster", cluster={"max_minutes": 1440})
    one = [CELL, "--workflow-profile", "profiles/slurm", *CONFIGURATION]
    before = minutes(snakemake(on, "--dry-run", *one).stdout)
    finish(on, submitting(on, "plan", *QUICK, *CONFIGURATION))
    results = on.root / "results" / "test"
    assert "jobs at once: 1" in (results / "plan.md").read_text()
    assert (results / "calibration-cluster.json").exists()
    assert not (results / "calibration.json").exists()
    # Both are short cells: 10 minutes and little more.
    assert 10 < minutes(snakemake(on, "--dry-run", *one).stdout) <= before <= 12


def test_a_partition_without_gpus(queue, local, tmp_path):
    on = with_data(local, tmp_path / "cluster", device="cpu")
    finish(on, submitting(on, CELL, *QUICK, *CONFIGURATION))
    assert (on.root / CELL).exists()
    asked = [about for about in queue.about.values() if about["comment"].startswith("rule_cell")]
    assert [about["gpus"] for about in asked] == ["N/A"]


def minutes(said):
    """What the cell of a dry run asks for."""
    return int(re.search(r"rule cell:\n(?: {4}.*\n)*? {4}resources: .*runtime=([0-9]+)", said)[1])
