"""Cells on the GPUs of a machine, with made-up devices and cells that only note where they run."""

import itertools
import re

import pytest

STUB = """
import os, sys, time
from pathlib import Path

began = time.monotonic()
time.sleep(0.7)
out = Path(sys.argv[sys.argv.index("--out") + 1])
for name in ("seed0.csv", "seed1.csv", "seed0.timing.csv", "seed1.timing.csv"):
    (out / name).touch()
device = os.environ.get("CUDA_VISIBLE_DEVICES")
(out / "cell.json").write_text(f"{device} {began} {time.monotonic()}")
"""
INPUTS = ("data/standin-digits.npz", "test/pretrain/standin-digits/default.safetensors")
CELL = "results/test/cells/standin-digits/fixed-freq-2/edge-case/none/krum/default/cell.json"
DRAWS = ("partition/{}/default", "poison/{}/edge-case/default", "poison/{}/normal-case/default")


def add_gpus(project):
    """Have the copy of the project find two GPUs."""
    machine = project.root / "workflow" / "edgecase" / "machine" / "gpus.py"
    machine.write_text(machine.read_text() + "\n\ndef gpus():\n    return ['0', '1']\n")


@pytest.fixture
def stubs(fresh, tmp_path, monkeypatch):
    """A copy with two GPUs and stubs for cells, whose inputs are there; its locks are its own."""
    add_gpus(fresh)
    (fresh.root / "workflow" / "scripts" / "cell.py").write_text(STUB)
    draws = [
        f"test/{draw.format('standin-digits')}/seed{seed}" for draw in DRAWS for seed in (0, 1)
    ]
    for name in [*INPUTS, *(f"{draw}.{ending}" for draw in draws for ending in ("npz", "csv"))]:
        path = fresh.root / "results" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    return fresh


def noted(project):
    """(device, begin, end) of every cell that has run."""
    records = (project.root / "results" / "test" / "cells").rglob("cell.json")
    rows = [path.read_text().split() for path in records]
    return [(device, float(began), float(ended)) for device, began, ended in rows]


def limits(project, target, *options, cores=1, **changes):
    """Run a target with a changed configuration; the limits that the run had, but for cores."""
    # With another back-end, nothing has to be measured first.
    changes = {"backend": "sequential", **changes}
    done = project.snakemake(target, *options, changes=changes, cores=cores)
    assert done.returncode == 0, done.stdout
    return re.findall(r"(?m)^Provided resources: (.*)$", done.stdout)


def test_cells_are_shared_out_and_as_many_run_as_may(stubs, tmp_path):
    assert limits(stubs, "cells", cores=4) == ['gpu=Resource("gpu", 2)']
    rows = noted(stubs)
    assert len(rows) == 6
    at_once = {
        (one, other)
        for (one, began, ended), (other, began2, ended2) in itertools.permutations(rows, 2)
        if began < ended2 and began2 < ended
    }
    assert at_once == {("0", "1"), ("1", "0")}
    (locks,) = (tmp_path / "tmp").glob("edgecase-gpus-*")
    assert {path.name for path in locks.iterdir()} == {"choice", "0.0", "1.0"}


def test_cells_per_gpu_and_a_limit_that_is_given(stubs, tmp_path):
    found = limits(stubs, CELL, "--resources", "gpu=1", cells_per_gpu=2)
    assert found == ['gpu=Resource("gpu", 1)']
    (locks,) = (tmp_path / "tmp").glob("edgecase-gpus-*")
    assert {path.name for path in locks.iterdir()} == {"choice", "0.0", "0.1", "1.0", "1.1"}


@pytest.mark.parametrize(("device", "limit"), [("cpu", []), ("cuda:1", ['gpu=Resource("gpu", 1)'])])
def test_cells_on_a_cpu_or_one_named_gpu_have_no_launcher(stubs, tmp_path, device, limit):
    # The hook before the first job asks whether the device is really there.
    assert limits(stubs, CELL, "--no-hooks", device=device) == limit
    assert [row[0] for row in noted(stubs)] == ["None"]
    assert list((tmp_path / "tmp").glob("edgecase-gpus-*")) == []


def test_gpus_and_how_they_are_shared_run_nothing_again(mine):
    add_gpus(mine)
    jobs = mine.jobs(changes={"cells_per_gpu": 3})
    assert {"prepare", "pretrain", "cell", "densities"}.isdisjoint(job.rule for job in jobs)


def test_every_rule_that_asks_for_a_gpu_gets_it_from_the_launcher(fresh):
    asking = {}
    for path in (fresh.root / "rules").glob("*.smk"):
        for rule in re.split(r"(?m)^ *rule ", path.read_text())[1:]:
            # The calibration of a plan spreads over the devices by itself.
            if "\n        gpu=PLACEMENT.gpu,\n" in rule:
                start = '    shell:\n        "$EDGECASE_ON_GPU $EDGECASE_PYTHON workflow'
                asking[rule.split(":")[0]] = start in rule
    assert {"cell", "pretrain", "densities"} <= asking.keys()
    assert all(asking.values()), asking
