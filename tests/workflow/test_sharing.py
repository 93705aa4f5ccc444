"""Shares of config/test.yaml run apart and merged, and a finished run archived and unpacked."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from edgecase import config
from edgecase.sharing import metadata
from edgecase.sharing.shares import own_cells

ROOT = Path(__file__).parents[2]
TEST = "config/test.yaml"
#: jobs that load a model, make its data, or fetch them.
TRAINING = {"download", "prepare", "partition", "poison", "pretrain", "cell", "densities"}
MADE = ("figures", "results/test/tables", "results/test/claims.csv", "results/test/report")
needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="needs make")


def make(project, *arguments):
    """Run the Makefile in a copy of the project, with this environment as its own."""
    shutil.copy2(ROOT / "Makefile", project.root)
    if not (project.root / ".venv").exists():
        (project.root / ".venv").symlink_to(sys.prefix)
    command = ["make", "--no-print-directory", "-o", ".venv/.installed", "CORES=1"]
    done = project.run(*command, f"CONFIG={TEST}", *arguments)
    assert done.returncode == 0, done.stdout
    return done.stdout


def rules(jobs):
    return {job.rule for job in jobs}


def cell_folders(project):
    root = project.root / "results/test/cells"
    return {path.parent.relative_to(root).as_posix() for path in root.rglob("cell.json")}


def remove(project, *names):
    for name in names:
        path = project.root / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def same(project, finished, name):
    return (project.root / name).read_bytes() == (finished.root / name).read_bytes()


@pytest.fixture
def another(finished, tmp_path):
    """A function that gives another machine the finished run, but for some of it."""

    def machine(name, *without):
        shutil.copytree(finished.root, tmp_path / name)
        project = replace(finished, root=tmp_path / name)
        remove(project, *without)
        return project

    return machine


@needs_make
def test_two_shares_merged_are_the_whole_run(finished, fresh, another):
    given = config.load(ROOT / TEST)
    shares = [
        {cell.folder for cell in own_cells(given | {"shard": f"{number}/2"})} for number in (1, 2)
    ]
    # The draws and the starting model are made once, and given to all. The first machine trains
    # its share; the second has done so already.
    own = ("results/test/cells", "results/test/state", "results/test/densities", *MADE)
    machines = [
        another("first", *own),
        another("second", *MADE, *(f"results/test/cells/{folder}" for folder in shares[0])),
    ]
    done = machines[0].snakemake("--config", "shard=1/2")
    assert done.returncode == 0, done.stdout
    assert [cell_folders(project) for project in machines] == shares
    assert not (machines[0].root / "results/test/tables").exists()
    assert rules(machines[1].jobs("--config", "shard=2/2")) == set()

    told = make(fresh, "merge", f"FROM={machines[0].root} {machines[1].root}")
    assert told.splitlines()[:2] == [
        f"{project.root}: {len(share)} cells"
        for project, share in zip(machines, shares, strict=True)
    ]
    assert cell_folders(fresh) == cell_folders(finished)
    # Figure 2 needs a third data set, which no cell reads.
    assert rules(fresh.jobs("cells", "tables", "claims", "fig1")) & TRAINING <= {
        *("prepare", "densities"),
    }
    drawn = ["results/test/tables/summary.csv", "figures/test/fig5.png"]
    done = fresh.snakemake(*drawn)
    assert done.returncode == 0, done.stdout
    assert all(same(fresh, finished, name) for name in drawn)


def test_a_share_is_told_what_it_cannot_draw(fresh):
    done = fresh.snakemake("fig4", "--config", "shard=1/2")
    assert done.returncode == 1
    assert "The configuration cannot run:\n  - shard: 1/2 runs one share" in done.stdout
    assert "Traceback" not in done.stdout
    assert not (fresh.root / "results").exists()


def test_shares_that_do_not_fit_are_told_and_nothing_is_copied(finished, fresh, another):
    other = another("other")
    path = next((other.root / "results/test/cells").rglob("cell.json"))
    path.write_text(json.dumps(json.loads(path.read_text()) | {"code": "0" * 16}))
    script = ("python", "workflow/scripts/merge.py", "--configfiles", TEST, "--sources")
    done = fresh.run(*script, str(finished.root), str(other.root))
    assert done.returncode == 1
    assert f"error: {path.parent}: code was '0000000000000000', is " in done.stdout
    assert "Traceback" not in done.stdout
    assert not (fresh.root / "results").exists()


def pretend_other_device(project):
    """What Snakemake notes where the run was given another device than the configuration's."""
    for path in (project.root / metadata.FOLDER).rglob("*"):
        if path.is_file():
            path.write_text(path.read_text().replace("\"'auto'\"", "\"'cuda'\"", 1))


@needs_make
def test_an_archive_is_drawn_again_without_training_or_data(finished, fresh, another):
    other = another("other")
    pretend_other_device(other)
    assert "results/test.tar.gz: " in make(other, "archive")
    make(fresh, "unpack", f"ARCHIVE={other.root / 'results/test.tar.gz'}")
    assert not [*fresh.root.glob("results/data/*.npz")]
    assert rules(fresh.jobs()) & TRAINING == set()
    assert (fresh.root / "figures/test/fig1.png").exists()

    remove(fresh, *MADE)
    assert rules(fresh.jobs()) & TRAINING == set()
    drawn = [f"figures/test/{name}.png" for name in ("fig2", "fig5")]
    done = fresh.snakemake(*drawn)
    assert done.returncode == 0, done.stdout
    for name in (*drawn, "results/test/tables/fig5.csv"):
        assert same(fresh, finished, name)

    # Figure 1 needs its images, which are not in the archive; then the archive's cells hold again.
    assert rules(fresh.jobs("fig1")) == {"prepare", "poison", "montage"}
    for name in ("data", "test/poison"):
        shutil.copytree(
            *(finished.root / "results" / name, fresh.root / "results" / name),
            copy_function=shutil.copyfile,
            dirs_exist_ok=True,
        )
    assert "cell" in rules(fresh.jobs())
    make(fresh, "unpack", f"ARCHIVE={other.root / 'results/test.tar.gz'}")
    assert rules(fresh.jobs()) & TRAINING == set()
    assert (fresh.root / "figures/test/fig1.png").exists()


@needs_make
@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("merge", 'name the folders: make merge FROM="<project> <project>"'),
        ("unpack", "name the file: make unpack ARCHIVE=<run>.tar.gz"),
    ],
)
def test_make_asks_for_what_it_needs(tmp_path, target, told):
    command = ["make", "--no-print-directory", "-o", ".venv/.installed"]
    done = subprocess.run(
        [*command, "-f", str(ROOT / "Makefile"), target],
        cwd=tmp_path,
        env={k: v for k, v in os.environ.items() if k not in ("FROM", "ARCHIVE")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == f"error: {told}\n"
