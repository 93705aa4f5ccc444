"""What stops a run before its first job, and the problems of what it is told."""

import json
from pathlib import Path

import pytest

from edgecase.base.errors import ConfigError
from edgecase.pipeline import start
from edgecase.pipeline.checked import checked
from edgecase.results import trackers

ROOT = Path(__file__).parents[2]
AXES = ("task", "participation", "case", "attack", "defense", "override")
PARAMETERS = {"rounds": 3, "defense": {"name": "krum"}}


def test_a_finished_cell_is_told_if_it_would_be_made_otherwise(tmp_path):
    record = tmp_path / "cell.json"
    own = {"seeds": [0, 1], "standin": True, "parameters": PARAMETERS, "code": "abc"}
    record.write_text(json.dumps(dict.fromkeys(AXES, "x") | own))

    def told(parameters=PARAMETERS, seeds=(0, 1), code="abc"):
        return start.stale([(str(record), json.dumps(parameters), code)], seeds, ["demo.yaml"])

    assert told() is None
    assert told(PARAMETERS | {"rounds": 4}) == (
        "Finished cells that this configuration and code would make otherwise:\n"
        f"  - {record}: rounds was 3, is 4\n"
        f"Made again by: snakemake --cores all --force {record} --configfile demo.yaml"
    )
    assert "seeds was [0, 1], is [0]" in told(seeds=(0,))
    assert "code was 'abc', is 'abd'" in told(code="abd")
    record.write_text("{}")
    assert f"  - {record}: seeds is " in told()


def test_a_folder_that_is_a_file_is_told(tmp_path):
    (tmp_path / "results").touch()
    assert start.unwritable([str(tmp_path / "figures")]) is None
    told = start.unwritable([str(tmp_path / "figures"), str(tmp_path / "results")])
    assert told.startswith(f"The run cannot be written:\n  - {tmp_path}/results")


def test_nothing_waits_for_a_download():
    assert start.unreachable([], None) is None


def test_a_device_that_is_no_gpu_is_not_looked_for():
    assert start.deviceless("cpu") is None
    told = start.deviceless("cuda:99")
    assert told.startswith("The configuration cannot run:\n  - device: 'cuda:99' is not there")


def test_a_tracker_without_its_package_is_named(monkeypatch):
    assert start.trackerless([]) is None
    monkeypatch.setattr(trackers, "find_spec", lambda name: None)
    told = start.trackerless(["trackio"])
    assert told.startswith("The configuration cannot run:\n  - trackers: 'trackio' needs")


def test_every_problem_of_what_a_run_is_told(monkeypatch):
    monkeypatch.chdir(ROOT)
    files = [Path("config/demo.yaml")]
    config, claims = checked(files, {}, ["all"])
    assert (config["run"], len(claims) > 10) == ("demo", True)
    with pytest.raises(ConfigError) as caught:
        checked(files, {"run": "data", "device": "tpu"}, ["all"])
    assert [problem.split(":")[0] for problem in caught.value.problems] == ["device", "run"]
    with pytest.raises(ConfigError, match=r"verdict\.defense: is missing"):
        checked(files, {}, ["verdict"])
