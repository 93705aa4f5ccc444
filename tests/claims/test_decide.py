"""Seeds are added to what is undecided, cheapest first, until it is decided or hours are spent."""

import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from tests.figures.made_up import write_cell

from edgecase.base.errors import ConfigError
from edgecase.results.cells import Cell

ROOT = Path(__file__).parents[2]
CLAIM = "fig4-fewer-holders-stronger-task2"
CONFIG = """
run: decided
seeds: [0, 1, 2]
densities: {tasks: []}
figures:
  fig4:
    - tasks: [mnist-ardis]
      participations: [fixed-freq-10]
      cases: [edge-case, almost-edge-case, normal-case]
      attacks: [blackbox]
      defenses: [no-defense]
"""
HEIGHT = {"edge-case": 60.0, "almost-edge-case": 40.0, "normal-case": 20.0}


@pytest.fixture
def decide(monkeypatch, tmp_path):
    """The command in a project whose jobs write made-up cells at once, and what was trained."""
    monkeypatch.syspath_prepend(ROOT / "workflow/scripts")
    script = __import__("decide")
    monkeypatch.delitem(sys.modules, "decide")
    (tmp_path / "config").symlink_to(ROOT / "config")
    (tmp_path / "own.yaml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    jobs = []

    def run(command, check):
        seeds = next(part for part in command if part.startswith("seeds="))
        seeds = [int(number) for number in seeds[7:-1].split(",")]
        targets = command[command.index("--") + 1 :]
        jobs.append((len(seeds), len({Path(target).parent for target in targets})))
        for folder in dict.fromkeys(Path(target).parent for target in targets):
            asked = {Path(target).name for target in targets if Path(target).parent == folder}
            assert asked >= {"cell.json", *(f"seed{seed}.csv" for seed in seeds)}
            made_up(folder, seeds)

    def calibrated(machine, settings, path):
        """Knows the settings that it was asked for alone: seeds that train at once are one."""

        def seconds(job):
            assert job.setting in settings
            return 360.0 * job.work.trainings / 1e5

        return SimpleNamespace(key={"jobs": 1}, seconds=seconds)

    monkeypatch.setattr(script.subprocess, "run", run)
    monkeypatch.setattr(script, "calibrated", calibrated)

    def call(*options):
        command = ["--configfiles", "config/small.yaml", "own.yaml", "--cores", "1"]
        script.main([*command, "--claims", CLAIM, *options])
        return pd.read_csv("results/decided/looks.csv"), jobs

    return call


def made_up(folder, seeds):
    """A cell whose first seed is 60 points below the others where it is the edge case."""
    shutil.rmtree(folder, ignore_errors=True)
    cell = Cell(*folder.parts[-6:])
    axes = {axis: getattr(cell, axis) for axis in ("task", "participation", "case", "attack")}
    height = HEIGHT[cell.case]
    write_cell(folder, **axes, seeds=seeds, backdoor=height, rounds=80)
    if cell.case == "edge-case":
        path = folder / "seed0.csv"
        rows = pd.read_csv(path)
        rows["backdoor_acc"] -= 30.0
        rows.astype({"attacker_accepted": "Int64"}).to_csv(path, index=False)


def test_seeds_are_added_until_the_claim_is_decided(decide, capsys):
    log, jobs = decide("--hours", "1000")
    assert log["verdict"].iloc[0] == "undecided at this noise"
    assert log["verdict"].iloc[-1] == "holds"
    assert list(log["seeds"]) == [3, 6, 9, 12][: len(log)]
    assert jobs == [(count, 3) for count in log["seeds"]]
    assert 1 < len(log) < 4, "the looks after the verdict are saved"
    assert decide("--hours", "1000")[1] == jobs, "what is decided is not asked again"


def test_a_look_that_costs_more_than_is_left_is_not_begun(decide, capsys):
    with pytest.raises(FileNotFoundError):
        decide("--hours", "0")
    assert f"open: {CLAIM}, 3 seeds next" in capsys.readouterr().out


def test_the_most_seeds_are_planned_before_the_first_look(decide):
    decide("--hours", "1000")
    with pytest.raises(ConfigError, match=r"most: 15 differs from the looks in .*; allowed: 12"):
        decide("--hours", "1", "--most", "15")


def test_an_unknown_claim_is_named(decide):
    with pytest.raises(ConfigError, match="'fig9' is unknown"):
        decide("--hours", "1", "--claims", "fig9")
