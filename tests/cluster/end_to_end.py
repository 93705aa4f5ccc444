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

    def running(self, ending):
        """The running job whose comment has this ending; waits for it."""
        return wait_for(
            lambda: next(
                (
                    job
                    for job, states in list(self.states.items())
                    if states[-1] == "RUNNING" and self.about[job]["comment"].endswith(ending)
                ),
                None,
            )
        )

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


def project(folder, *files, **changes):
    """A copy of the project, and the options that name its configuration."""
    copy_sources(folder)
    (folder / "changes.yaml").write_text(yaml.safe_dump(changes))
    return Project(folder, folder / "bytecode"), ["--configfile", *files, "changes.yaml"]


def snakemake(on, *options):
    return on.run(sys.executable, "-m", "snakemake", *options)


def submitting(on, *options):
    """Snakemake with the profile, as a process; its output is in the file `log`."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    with (on.root / "log").open("w") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "snakemake", "--workflow-profile", "profiles/slurm", *options],
            cwd=on.root,
            env=os.environ | {"PATH": path, "OMP_NUM_THREADS": "1"},
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


def numbers(on, run):
    """The rounds of every cell and seed, and the tables of the figures: file → content."""
    results = on.root / "results" / run
    cells = [path for path in (results / "cells").rglob("seed*.csv") if path.stem[4:].isdigit()]
    tables = (results / "tables").glob("fig*.csv")
    return {str(path.relative_to(results)): path.read_bytes() for path in [*cells, *tables]}


def assert_as_without_slurm(on, run, configuration, tmp_path):
    """The numbers of the run are those of a local one, and no profile has anything left to do.

    `configuration` are the options of the run, targets included.
    """
    local = Project(tmp_path / "local", on.bytecode)
    copy_sources(local.root)
    shutil.copy(on.root / "changes.yaml", local.root)
    done = snakemake(local, "--cores", "2", *configuration)
    assert done.returncode == 0, done.stdout
    assert len(numbers(local, run)) > 8
    assert numbers(on, run) == numbers(local, run)
    for profile in ([], ["--profile", "profiles/slurm"], ["--workflow-profile", "profiles/slurm"]):
        done = snakemake(on, "--dry-run", *profile, *configuration)
        assert "Nothing to be done" in done.stdout, done.stdout


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
    """Stop the process of a cell of `on`; SLURM wakes it when it tells it to end."""
    folder = str(state.parent.relative_to(on.root))
    for process in psutil.process_iter(["cmdline", "cwd"]):
        states = any(word.endswith(f"/{folder}") for word in process.info["cmdline"] or [])
        if states and process.info["cwd"] == str(on.root):
            process.suspend()


def test_cancelled_requeued_and_over_its_time(queue, tmp_path):
    """Three cells are stopped in these ways and go on; every limit is a minute."""
    on, configuration = project(
        tmp_path / "cluster",
        "config/test.yaml",
        save_minutes=0,
        cluster={"max_minutes": 1},
        overrides={"long": {"rounds": 300}},
        grid=[
            {
                **{"tasks": ["standin-digits"], "participations": ["fixed-freq-2"]},
                **{"cases": ["edge-case"], "attacks": ["blackbox"], "overrides": ["long"]},
                "defenses": ["no-defense", "norm-clipping", "krum"],
            }
        ],
    )
    head = "standin-digits/fixed-freq-2/edge-case/blackbox"
    states = {
        defense: on.root / f"results/test/state/{head}/{defense}/long/seed0.safetensors"
        for defense in ("krum", "no-defense", "norm-clipping")
    }
    process = submitting(on, *QUICK, *configuration)
    wait_for(lambda: reached(states["krum"]))
    hold_up(on, states["krum"])
    for defense, command in (("no-defense", "scancel"), ("norm-clipping", "scontrol requeue")):
        wait_for(lambda state=states[defense]: reached(state))
        subprocess.run([*command.split(), queue.running(f"_{defense}_long")], check=True)
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
    assert all(went_on(on, f"{head}/{defense}/long") > 0 for defense in states)
    rules = {about["comment"].split("_")[1] for about in queue.about.values()}
    assert rules == {"cell", "pretrain", "densities"}
    asked = {(about["gpus"], about["limit"]) for about in queue.about.values()}
    assert asked == {("gres:gpu:1", "1:00")}
    assert_as_without_slurm(on, "test", configuration, tmp_path)


def test_the_demo_as_arrays(queue, tmp_path):
    """One task is cancelled; the executor may send others again (docs/cluster.md, Arrays)."""
    on, configuration = project(tmp_path / "cluster", "config/demo.yaml", save_minutes=0)
    array = ["--slurm-array-jobs", "cell", "--slurm-array-limit", "40", "--keep-incomplete"]
    process = submitting(on, *configuration, *QUICK, *array)

    def running_task():
        tasks = [job for job in list(queue.states) if re.fullmatch(r"[0-9]+_[0-9]+", job)]
        return next((job for job in tasks if queue.states[job][-1] == "RUNNING"), None)

    wait_for(lambda: any((on.root / "results/demo/state").rglob("seed0.safetensors")))
    cancelled = wait_for(running_task)
    subprocess.run(["scancel", cancelled], check=True)
    said = finish(on, process)
    queue.look()

    assert int(re.search(r"individual task IDs are 1-([0-9]+)", said)[1]) > 3
    assert queue.states[cancelled][-1] == "CANCELLED"
    assert queue.at_once >= 3
    assert_as_without_slurm(on, "demo", configuration, tmp_path)


def test_plan_is_measured_on_a_node_and_used(queue, tmp_path):
    on, configuration = project(tmp_path / "cluster", "config/test.yaml")
    cell = "results/test/cells/standin-digits/fixed-freq-2/edge-case/none/krum/default/cell.json"
    one = [cell, "--workflow-profile", "profiles/slurm", *configuration]
    before = minutes(snakemake(on, "--dry-run", *one).stdout)
    finish(on, submitting(on, "plan", *QUICK, *configuration))
    results = on.root / "results" / "test"
    assert "jobs at once: 1" in (results / "plan.md").read_text()
    assert (results / "calibration-cluster.json").exists()
    assert not (results / "calibration.json").exists()
    # Both are short cells: 10 minutes and little more.
    assert 10 < minutes(snakemake(on, "--dry-run", *one).stdout) <= before <= 12


def test_a_partition_without_gpus(queue, tmp_path):
    on, configuration = project(tmp_path / "cluster", "config/test.yaml", device="cpu")
    cell = "results/test/cells/standin-digits/fixed-freq-2/edge-case/none/krum/default/cell.json"
    finish(on, submitting(on, cell, *QUICK, *configuration))
    assert (on.root / cell).exists()
    asked = [about for about in queue.about.values() if about["comment"].startswith("rule_cell")]
    assert [about["gpus"] for about in asked] == ["N/A"]


def minutes(said):
    """What the cell of a dry run asks for."""
    return int(re.search(r"rule cell:\n(?: {4}.*\n)*? {4}resources: .*runtime=([0-9]+)", said)[1])
