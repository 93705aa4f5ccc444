"""What a newcomer meets: where the project runs, with which Python, and how a failure looks."""

import re
import shutil
import sys
from pathlib import Path

import pytest
from tests.workflow.conftest import ROOT, snakemake

MADE = "results/data/standin-sevens.npz"
FAILING = 'import sys\nsys.exit("error: the made-up reason")\n'


@pytest.fixture
def make(fresh):
    """`make` in the copy, whose environment is this one."""
    shutil.copy2(ROOT / "Makefile", fresh.root)
    shutil.copy2(ROOT / "requirements.txt", fresh.root)
    environment = fresh.root / ".venv"
    environment.mkdir()
    for path in Path(sys.prefix).iterdir():
        if not path.name.startswith("."):
            (environment / path.name).symlink_to(path)
    (environment / ".installed").touch()
    # The demo, made small.
    shutil.copy2(fresh.root / "config" / "test.yaml", fresh.root / "config" / "demo.yaml")
    return lambda *arguments: fresh.run("make", "CORES=1", *arguments)


def test_the_python_of_snakemake_runs_the_jobs(fresh, tmp_path, monkeypatch):
    """No environment is active, and the first `python` on the path is another one."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(shutil.which("false"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    done = fresh.snakemake(MADE)
    assert done.returncode == 0, done.stdout
    assert (fresh.root / MADE).exists()


@pytest.mark.parametrize("elsewhere", ["-s", "--directory"])
def test_it_runs_in_its_own_folder_alone(fresh, tmp_path, elsewhere):
    (tmp_path / "away").mkdir()
    if elsewhere == "-s":
        folder, options = tmp_path / "away", ("-s", str(fresh.root / "Snakefile"))
    else:
        folder, options = fresh.root, ("--directory", str(tmp_path / "away"))
    done = snakemake(folder, "--dry-run", "--cores=1", *options)
    assert done.returncode == 1
    assert f"Snakemake runs in the project's folder alone: cd {fresh.root} and" in done.stdout
    assert "config/config.yaml" not in done.stdout


def test_numbers_and_lists_of_the_command_line(fresh):
    """Snakemake hands what is inside of `[]` and `{}` on as text."""
    given = ("seeds=[4, 5]", "tasks={standin-digits: {lr: 5e-3, rounds: 2, test_samples: null}}")
    done = fresh.snakemake("--dry-run", "--printshellcmds", "cells", "--config", *given)
    assert done.returncode == 0, done.stdout
    assert "--seeds 4 5" in done.stdout
    for key in ('"lr": 0.005', '"rounds": 2', '"test_samples": null'):
        assert key in done.stdout


def test_a_key_that_stands_twice(fresh):
    (fresh.root / "mine.yaml").write_text("seeds: [1]\nrun: mine\nseeds: [2]\n")
    files = ("--configfile", "config/test.yaml", "mine.yaml")
    done = snakemake(fresh.root, "--dry-run", "--cores=1", *files)
    assert done.returncode == 1
    assert "mine.yaml: the key 'seeds' is given twice, in lines 1 and 3; keep one" in done.stdout


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_what_a_failed_job_said_is_on_the_screen_under_make(fresh, make):
    (fresh.root / "workflow" / "scripts" / "prepare.py").write_text(FAILING)
    done = make("demo")
    assert done.returncode == 2
    told = done.stdout.splitlines()
    failed = [line.startswith("Error in rule prepare, which makes results/data/") for line in told]
    place = failed.index(True)
    assert told[place + 1] == "    error: the made-up reason"
    assert "rule partition" not in done.stdout


def test_what_a_failed_job_said_is_shown_once_by_snakemake_itself(fresh):
    (fresh.root / "workflow" / "scripts" / "prepare.py").write_text(FAILING)
    done = fresh.snakemake(MADE)
    assert done.stdout.count("error: the made-up reason") == 1


ONE_CELL = """
run: demo
grid:
  - tasks: [mnist-ardis]
    participations: [fixed-freq-10]
    cases: [edge-case]
    attacks: [blackbox]
    defenses: [no-defense]
"""


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_all_that_is_missing_is_named_before_the_first_job(fresh, make):
    """Every address is one of this machine at which nobody listens."""
    (fresh.root / "config" / "demo.yaml").write_text(ONE_CELL)
    sources = fresh.root / "config" / "sources.yaml"
    sources.write_text(re.sub(r"https?://[^/\s]+/", "http://127.0.0.1:9/", sources.read_text()))
    listed = make("data", "CONFIG=config/demo.yaml").stdout
    assert re.search(r"mnist +11\.6 MB +missing", listed)
    assert "  ardis/ARDIS_DATASET_IV.rar" in listed
    done = make("demo")
    assert done.returncode == 2
    assert "no address answers: mnist, ardis\n" in done.stdout
    assert "  mnist/train-labels-idx1-ubyte.gz" in done.stdout
    assert "Error in rule" not in done.stdout
    assert not (fresh.root / "results" / "data" / "logs").exists()


@pytest.mark.parametrize(("given", "kept"), [([], False), (["--max-jobs-per-timespan=9/1s"], True)])
def test_the_scheduler_is_woken_by_jobs_alone_but_where_a_rate_is_asked_for(fresh, given, kept):
    with (fresh.root / "Snakefile").open("a") as snakefile:
        snakefile.write(
            "\n\nonsuccess:\n    print('rate:', workflow.scheduler.job_rate_limiter is not None)\n"
        )
    done = fresh.snakemake(MADE, *given)
    assert f"rate: {kept}" in done.stdout, done.stdout
