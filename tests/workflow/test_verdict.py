"""What a verdict on a defense asks Snakemake for, and what is said without one."""

import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from edgecase import defenses
from edgecase.results.layout import FIGURE_FILES

ROOT = Path(__file__).parents[2]

TASK = "standin-digits"
RADII = {f"r-{radius}": {"eps": radius} for radius in (0.125, 0.25, 1.0, 2.0)}
HEAD = f"{TASK}/fixed-freq-2/edge-case"
CHANGES = {
    "overrides": RADII,
    "verdict": {"task": TASK, "participation": "fixed-freq-2", "radii": ["default", *RADII]},
}
CELLS = {
    f"{HEAD}/{attack}/{defense}/{override}"
    for defense in ("no-defense", "krum")
    for attack, override in (
        *((attack, "default") for attack in ("none", "blackbox", "pgd", "pgd-replacement")),
        *(("pgd", name) for name in RADII),
    )
}


def asking(defense):
    return CHANGES | {"verdict": CHANGES["verdict"] | {"defense": defense}}


def test_a_verdict_asks_for_its_cells_and_nothing_else(fresh):
    jobs = fresh.jobs("verdict", changes=asking("krum"))
    # Two seeds; the radius changes neither partition, poisoned set nor starting model.
    assert Counter(job.rule for job in jobs) == {
        **{"prepare": 2, "partition": 2, "poison": 2, "pretrain": 1},
        **{"cell": len(CELLS), "verdict_table": 1, "verdict_figure": 1},
    }
    asked = {job.outputs[0] for job in jobs if job.rule == "cell"}
    assert {path.split("/cells/")[1].rpartition("/")[0] for path in asked} == CELLS
    made = [job.outputs for job in jobs if job.rule.startswith("verdict_")]
    assert {output for outputs in made for output in outputs} == {
        f"results/test/verdict/{TASK}/krum.md",
        f"results/test/verdict/{TASK}/krum.csv",
        *(f"figures/test/verdict/{TASK}-krum.{ending}" for ending in FIGURE_FILES),
    }


def test_the_defense_can_be_named_on_the_command_line(fresh):
    asked = ("--config", "verdict={defense: krum}", "--", "verdict")
    done = fresh.snakemake("--dry-run", "--printshellcmds", *asked, changes=CHANGES)
    assert done.returncode == 0, done.stdout
    assert f"results/test/verdict/{TASK}/krum.md" in done.stdout
    assert " --configfiles config/test.yaml changes.yaml " in done.stdout


def test_without_a_defense_nothing_changes(fresh):
    jobs = {(job.rule, job.outputs) for job in fresh.jobs(changes=CHANGES)}
    assert jobs == {(job.rule, job.outputs) for job in fresh.jobs(changes={})}
    assert not any(rule.startswith("verdict") for rule, _ in jobs)


def test_a_verdict_on_no_defense_is_told_in_one_message(fresh):
    done = fresh.snakemake("verdict", changes=CHANGES)
    assert done.returncode == 1
    assert (
        "The configuration cannot run:\n"
        "  - verdict.defense: is missing; give --config 'verdict={defense: <name>}' with one of "
        f"{', '.join(defenses.names())}\n"
    ) in done.stdout
    assert "Traceback" not in done.stdout
    assert not (fresh.root / "results").exists()


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
@pytest.mark.parametrize("given", [[], ["DEFENSE="]])
def test_make_verdict_asks_for_a_defense(tmp_path, given):
    (tmp_path / "requirements.txt").touch()
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / ".installed").touch()
    done = subprocess.run(
        ["make", "--no-print-directory", "-f", str(ROOT / "Makefile"), "verdict", *given],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "DEFENSE"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == "error: name a defense: make verdict DEFENSE=krum\n"
    assert len(done.stderr.splitlines()) == 1  # make's own word


def test_an_unknown_defense_is_told_before_any_job(fresh):
    done = fresh.snakemake("--config", "verdict={defense: krumm}", "--", "verdict", changes=CHANGES)
    assert done.returncode == 1
    assert "The configuration cannot run:\n  - verdict.defense: 'krumm' is unknown" in done.stdout
    assert "Traceback" not in done.stdout
    assert not (fresh.root / "results").exists()
