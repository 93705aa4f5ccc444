"""Every example of docs/extending.md, applied to a copy of the project and run there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.workflow.conftest import snakemake

ROOT = Path(__file__).parents[1]
COPIED = ("Snakefile", "rules", "workflow", "config", "envs", "profiles", "docs")

#: the rules' scripts for the cells of a configuration, in one process.
PIPELINE = """
import importlib, json, sys
from edgecase import config
from edgecase.results.cells import expand

sys.path.insert(0, "workflow/scripts")
def run(name, *options):
    importlib.import_module(name).main(list(map(str, options)))

configuration = config.load("config/mine.yaml")
cells = expand(configuration["figures"]["norms"])
(task,) = {cell.task for cell in cells}
values = config.resolve_task(configuration, task)
seeds, clients = configuration["seeds"], values["num_clients"]
for name in (values["dataset"], values["edge_set"]):
    run("prepare", "--name", name, "--out", f"{name}.npz")
dataset, edge_set = f"{values['dataset']}.npz", values["edge_set"]
for seed in seeds:
    run("partition", "--dataset", dataset, "--num-clients", clients, "--seed", seed,
        "--parameters", json.dumps(values["partition"]), "--out", f"partition{seed}.npz")
    run("poison", "--dataset", dataset, "--edge", f"{edge_set}.npz", "--edge-set", edge_set,
        "--case", "edge-case", "--num-clients", clients, "--seed", seed,
        "--parameters", json.dumps(values["poison"]), "--out", f"poison{seed}.npz")
run("pretrain", "--dataset", dataset, "--parameters", json.dumps(config.resolve_start(values)),
    "--device", "cpu", "--out", "start.safetensors")
for cell in cells:
    run("cell", "--dataset", dataset, "--start", "start.safetensors", "--device", "cpu",
        "--partition", *[f"partition{seed}.npz" for seed in seeds],
        "--poison", *[f"poison{seed}.npz" for seed in seeds], "--seeds", *seeds,
        "--parameters", json.dumps(config.resolve_cell(configuration, cell)), "--out", cell.attack)
run("collect", "--cells", *[cell.attack for cell in cells], "--out", "norms.csv")
run("figure", "--name", "norms", "--table", "norms.csv", "--pdf", "norms.pdf", "--png", "norms.png")
"""


def blocks():
    """(language, file or None, text) of every fenced block, in order."""
    text = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
    for language, body in re.findall(r"(?ms)^```(\w*)\n(.*?)^```$", text):
        first, _, rest = body.partition("\n")
        if first.startswith("# "):
            yield language, first.removeprefix("# "), rest
        else:
            yield language, None, body


def patched(text, diff, where):
    """`text` with a diff applied whose context and removed lines stand in it exactly once."""
    for hunk in diff.split("@@\n"):
        lines = hunk.splitlines(keepends=True)
        old = "".join(line[1:] for line in lines if line[0] in " -")
        new = "".join(line[1:] for line in lines if line[0] in " +")
        assert text.count(old) == 1, f"{where} does not hold, once:\n{old}"
        text = text.replace(old, new)
    return text


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The project with every example added."""
    folder = tmp_path_factory.mktemp("extended")
    for name in COPIED:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, folder / name)
    for language, name, text in blocks():
        if name is None:
            continue
        path = folder / name
        if language == "diff":
            text = patched(path.read_text(encoding="utf-8"), text, name)
        else:
            assert not path.exists(), f"{name} is already there"
        path.write_text(text, encoding="utf-8")
    return folder


def run(folder, *command):
    environment = os.environ | {
        "PYTHONPATH": str(folder / "workflow"),
        "OMP_NUM_THREADS": "1",
        "XDG_CACHE_HOME": str(folder / "cache"),
    }
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_each_kind_of_addition_has_an_example():
    new = [name for language, name, _ in blocks() if name and language == "python"]
    folders = {Path(name).parent.name for name in new}
    assert folders == {"defenses", "attacks", "models", "datasets", "figures"}
    checks = [text for language, name, text in blocks() if language == "python" and name is None]
    assert len(checks) == 5
    assert all("assert " in text for text in checks)


def test_the_checks_hold_and_the_cells_run(copy):
    checks = [text for language, name, text in blocks() if language == "python" and name is None]
    run(copy, "-c", "\n".join([*checks, PIPELINE]))
    assert (copy / "norms.pdf").read_bytes().startswith(b"%PDF")
    rounds = (copy / "blackbox-slow" / "seed1.csv").read_text().splitlines()
    header = rounds[0].split(",")
    third = dict(zip(header, rounds[4].split(","), strict=True))
    # Round 3 is the second attack round of fixed-freq-2; a mean around the median refuses nobody.
    assert (third["fl_iter"], third["num_attackers"], third["num_accepted"]) == ("3", "1", "5")


def test_snakemake_plans_the_figure(copy):
    (command,) = [text for language, _, text in blocks() if not language]
    program, *options = command.split()
    assert program == "snakemake"
    planned = snakemake(copy, "--dry-run", *options)
    assert planned.returncode == 0, planned.stdout
    jobs = dict(re.findall(r"(?m)^(\w+) +(\d+)$", planned.stdout))
    # Two attacks, two seeds, one data set and one edge set.
    assert jobs.items() >= {"cell": "2", "prepare": "2", "partition": "2", "poison": "2"}.items()
    assert jobs["norms"] == "1"
