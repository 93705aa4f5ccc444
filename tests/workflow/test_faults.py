"""Faults that a user or a machine can cause, met by the scripts and by Snakemake as they run.

After each: an exit status that is not 0, one message, nothing that looks finished, and a rerun.
"""

import ast
import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest
from tests.workflow.by_hand import in_this_process
from tests.workflow.conftest import ROOT
from tests.workflow.faulty import cell_again, obey_permissions

from scripts import cell

FOLDER = "results/test/cells/standin-digits/fixed-freq-2"
KRUM = f"{FOLDER}/edge-case/blackbox/krum/default"
PLAIN = f"{FOLDER}/edge-case/blackbox/no-defense/default"
PARTITION = "results/test/partition/standin-digits/default/seed1.npz"
TABLE = "results/test/tables/fig4.csv"
NORMAL = f"{FOLDER}/normal-case/blackbox/no-defense/default"


def run(command, root, **options):
    return subprocess.run(
        command,
        cwd=root,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


def errors(done):
    """The error lines of a script that has failed as it should."""
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    return [line for line in done.stderr.splitlines() if line.startswith("error:")]


def nothing_looks_finished(folder):
    return not list(folder.rglob("*.csv")) and not list(folder.rglob("cell.json"))


# cells that are not those of the configuration


def test_a_cell_of_another_run_is_not_drawn(mine):
    """Copied over the right one, newer than its data: Snakemake by itself would draw it."""
    table, record = mine.root / TABLE, mine.root / PLAIN / "cell.json"
    record.write_text(record.read_text().replace('"lr": 0.02', '"lr": 0.03'))
    table.unlink()
    done = mine.snakemake(TABLE)
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stdout
    assert f"  - {PLAIN}/cell.json: lr was 0.03, is 0.02" in done.stdout
    assert NORMAL not in done.stdout
    assert not table.exists()
    # What is printed helps.
    remedy = re.search(r"(?m)^Made again by: snakemake --cores all (.*) --configfile", done.stdout)
    assert remedy[1] == f"--force {PLAIN}/cell.json"
    again = mine.snakemake(*remedy[1].split())
    assert again.returncode == 0, again.stdout
    last = mine.snakemake(TABLE)
    assert last.returncode == 0, last.stdout
    assert table.exists()


def test_a_csv_cut_in_the_middle_is_refused_by_name(mine):
    path = mine.root / PLAIN / "seed1.csv"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    done = mine.snakemake(TABLE)
    assert done.returncode == 1, done.stdout
    assert f"error: {PLAIN}/seed1.csv: " in done.stdout
    assert "Traceback" not in done.stdout
    assert not (mine.root / TABLE).exists()
    # As the page on reliability says.
    shutil.rmtree(path.parent)
    assert mine.snakemake(TABLE).returncode == 0
    assert path.read_bytes() == whole


# folders


def test_a_results_folder_that_is_read_only_is_told_before_any_job(mine):
    made, results = mine.root / PARTITION, mine.root / "results/test"
    made.unlink()
    results.chmod(0o555)
    command = [sys.executable, "-m", "snakemake", "--configfile", "config/test.yaml", "--cores=1"]
    done = run([*command, PARTITION], mine.root, preexec_fn=obey_permissions)
    assert done.returncode == 1, done.stderr
    assert "  - results/test: results/test takes no files (read-only, or " in done.stderr
    assert "Traceback" not in done.stderr
    assert not made.exists()
    results.chmod(0o755)
    again = mine.snakemake(PARTITION)
    assert again.returncode == 0, again.stdout
    assert made.exists()


@pytest.mark.parametrize("fault", ["read-only", "file"])
def test_a_folder_that_cannot_be_written(finished, tmp_path, fault):
    folder = tmp_path / "results"
    if fault == "file":
        folder.touch()
    else:
        folder.mkdir(mode=0o555)
    command = [sys.executable, "workflow/scripts/prepare.py", "--name", "standin-sevens"]
    command += ["--out", str(folder / "out" / "sevens.npz")]
    (told,) = errors(run(command, finished.root, preexec_fn=obey_permissions))
    assert str(folder) in told
    assert not list(tmp_path.rglob("*.npz"))
    if fault == "file":
        folder.unlink()
    else:
        folder.chmod(0o755)
    assert run(command, finished.root).returncode == 0
    assert (folder / "out" / "sevens.npz").exists()


WAITS = """
import sys, time
from pathlib import Path
Path("begun").touch()
while not Path("go").exists():
    time.sleep(0.05)
Path(sys.argv[sys.argv.index("--out") + 1]).touch()
"""


def test_a_second_run_in_the_folder_is_refused_and_the_first_goes_on(fresh):
    """Both make the same data set, whose script waits until it may end."""
    (fresh.root / "workflow/scripts/prepare.py").write_text(WAITS)
    made = "results/data/standin-digits.npz"
    command = [sys.executable, "-m", "snakemake", "--configfile", "config/test.yaml"]
    first = subprocess.Popen(
        [*command, "--cores=1", made],
        cwd=fresh.root,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 120
    while not (fresh.root / "begun").exists():
        assert first.poll() is None, first.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    second = fresh.snakemake(made)
    assert second.returncode == 1, second.stdout
    assert "LockException" in second.stdout
    assert "Directory cannot be locked" in second.stdout
    assert "Traceback" not in second.stdout
    assert not (fresh.root / made).exists()
    (fresh.root / "go").touch()
    said = first.communicate()[1]
    assert first.returncode == 0, said
    assert (fresh.root / made).exists()


# memory, a client, a worker

SHORT_OF_MEMORY = """
import resource, sys
sys.path.insert(0, "workflow")
from edgecase.base import command
from edgecase.federation import experiment
from scripts import cell

def short(*arguments, build=experiment.build_tests):
    pages = int(open("/proc/self/statm").read().split()[0])
    limit = pages * resource.getpagesize() + (1 << 20)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    return build(*arguments)

experiment.build_tests = short
command.run(cell.main)
"""


def test_a_job_out_of_memory_says_what_needs_less(finished, tmp_path):
    """4 MiB are left when training begins; the test set as one batch needs more."""
    out = tmp_path / "out"
    options = ("--test-batch-size", "2000")
    command = cell_again(finished.root, KRUM, out, *options, rounds=1, test_samples=None)
    short = [sys.executable, "-c", SHORT_OF_MEMORY, *command[2:]]
    (told,) = errors(run(short, finished.root))
    assert told.startswith("error: out of memory (tried to allocate ")
    for knob in ("batch_size", "clients_per_round", "backend: sequential", "--cores"):
        assert knob in told
    assert nothing_looks_finished(tmp_path)
    assert in_this_process(command, finished.root).returncode == 0
    assert (out / "cell.json").exists()


def test_a_client_that_diverges_is_named_and_may_be_left_out(finished, tmp_path):
    out = tmp_path / "out"
    spoilt = {"rounds": 2, "attack": "pgd", "eps": 1e6, "attacker_lr": 1e6}
    spoilt |= {"project_frequency": 10}
    command = cell_again(finished.root, PLAIN, out, **spoilt)
    (told,) = errors(in_this_process(command, finished.root))
    assert re.match(
        r"error: seed 0, round 1, participants -1 [0-9 ]+: "
        r"the updates of clients -1 hold NaN or infinity",
        told,
    )
    assert "diverged_clients: leave-out" in told
    assert nothing_looks_finished(tmp_path)
    command = cell_again(finished.root, PLAIN, out, **spoilt, diverged_clients="leave-out")
    assert in_this_process(command, finished.root).returncode == 0
    header, *rows = (out / "seed0.csv").read_text().splitlines()
    assert header.endswith("refused_ids,diverged_ids")
    assert [row.split(",")[-1] for row in rows] == ["", "-1", ""]
    assert "nan" not in "".join(rows)


def test_a_worker_that_raises_keeps_its_trace_and_the_rounds_before(mine, tmp_path):
    """A mistake in the code: its trace is what helps, and what was trained is not lost."""
    out, states = tmp_path / "out", tmp_path / "states"
    options = ("--state", str(states), "--save-minutes", "60")
    source = mine.root / "workflow/edgecase/federation/sequential.py"
    right = source.read_text()
    wrong = "            if job.stream.round == 3:\n                raise KeyError('mistake')\n"
    marker = "        for row, job in enumerate(jobs):\n"
    assert marker in right
    source.write_text(right.replace(marker, marker + wrong))
    command = cell_again(mine.root, KRUM, out, *options)
    done = run(command, mine.root)
    assert done.returncode == 1
    assert "KeyError: 'mistake'" in done.stderr
    assert nothing_looks_finished(tmp_path / "out")
    assert (states / "seed0.safetensors").exists()
    source.write_text(right)
    done = in_this_process(command, mine.root)
    assert done.returncode == 0, done.stderr
    assert (out / "seed0.csv").read_bytes() == (mine.root / KRUM / "seed0.csv").read_bytes()


SABOTAGE = """
import torch

def clip_factors(norms, bound):
    return torch.where(norms > bound, bound / norms, 1.0).index_fill(0, torch.tensor(2), 1.0)
"""


def test_a_defense_that_breaks_its_promise_stops_the_run_with_round_client_and_numbers(
    mine, tmp_path
):
    source = mine.root / "workflow/edgecase/defenses/clipping.py"
    source.write_text(source.read_text() + SABOTAGE)
    defense = {"name": "norm-clipping", "norm_bound": 0.001}
    # One after the other, clients are clipped before their row is known.
    options = ("--backend", "stacked-grouped")
    command = cell_again(mine.root, PLAIN, tmp_path / "out", *options, defense=defense)
    (told,) = errors(run(command, mine.root))
    found = re.fullmatch(
        r"error: seed 0, round 1, participants (-1 [0-9 ]+): defense norm-clipping: with norm "
        r"bound 0\.001, clipping took norms of ([0-9.]+) to \2 \(row 2\); clients: (\d+) \(row 2\)",
        told,
    )
    assert found, told
    assert found[1].split()[2] == found[3]
    assert nothing_looks_finished(tmp_path / "out")


# clocks


def test_clocks_that_jump_and_stand_still_change_nothing(finished, tmp_path, monkeypatch):
    command, out = cell_again(finished.root, KRUM, tmp_path / "out"), tmp_path / "out"
    year, jumps = 365 * 86400.0, itertools.cycle((1, -1))
    monkeypatch.chdir(finished.root)
    handler = signal.getsignal(signal.SIGTERM)
    with monkeypatch.context() as clocks:
        clocks.setattr(time, "time", lambda: 1e9 + year * next(jumps))
        for name in ("monotonic", "perf_counter"):
            clocks.setattr(time, name, lambda: 1000.0)
        cell.main([*command[2:], "--state", str(tmp_path / "state")])
    signal.signal(signal.SIGTERM, handler)
    for seed in (0, 1):
        found = (out / f"seed{seed}.csv").read_bytes()
        assert found == (finished.root / KRUM / f"seed{seed}.csv").read_bytes()


def test_nothing_is_decided_by_the_time_of_day():
    """It may jump; what measures does so by clocks that do not."""
    forbidden = {"time.time", "time.time_ns", "datetime", "datetime.datetime"}
    told = []
    # They stamp files, an archive's jobs and TensorBoard's events, whose times are those of day.
    names = ("sharing/staging.py", "sharing/crate.py", "results/trackers.py")
    stamps = {ROOT / "workflow/edgecase" / name for name in names}
    for path in sorted({*(ROOT / "workflow").rglob("*.py")} - stamps):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            used = set()
            if isinstance(node, ast.Attribute):
                used = {ast.unparse(node)}
            elif isinstance(node, ast.Import):
                used = {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                used = {f"{node.module}.{alias.name}" for alias in node.names}
            told += [(path, name) for name in sorted(used & forbidden)]
    assert told == []
