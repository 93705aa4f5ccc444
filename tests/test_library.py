"""The library without Snakemake: its example, and the command `edgecase`."""

import importlib.util
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from edgecase import commands

ROOT = Path(__file__).parents[1]


def test_the_example_shows_an_attack_and_a_defense_that_refuses_it():
    spec = importlib.util.spec_from_file_location("one_round", ROOT / "examples/one_round.py")
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    found = example.main()
    assert list(found) == list(example.DEFENSES)
    for main_accuracy, _, _ in found.values():
        assert main_accuracy > 70
    _, open_door, kept = found["no-defense"]
    _, closed, refused = found["krum"]
    assert all(kept)
    assert not refused[0]
    assert sum(refused) == 1
    assert open_door > closed + 20


def test_rooms_are_found_by_their_name_and_loaded_when_they_are_named():
    code = (
        "import sys, edgecase\n"
        "assert 'edgecase.defenses' not in sys.modules\n"
        "assert {'attacks', 'defenses', 'models'} <= set(dir(edgecase))\n"
        "assert 'krum' in edgecase.defenses.names()\n"
        "assert not hasattr(edgecase, 'defences')\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT / "workflow")}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)


def test_the_entry_point_is_there():
    about = tomllib.loads((ROOT / "pyproject.toml").read_text())
    module, name = about["project"]["scripts"]["edgecase"].split(":")
    assert callable(getattr(importlib.import_module(module), name))


def test_the_package_is_the_command_too(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "edgecase", "--help"],
        **{"cwd": tmp_path, "env": os.environ | {"PYTHONPATH": str(ROOT / "workflow")}},
        **{"capture_output": True, "text": True, "check": True},
    )
    assert "usage: edgecase " in done.stdout
    assert "{data,plan,verdict,compare}" in done.stdout


@pytest.mark.parametrize(
    ("given", "called"),
    [
        ("data -c config/demo.yaml", ["workflow/scripts/data.py", f"{ROOT}/config/demo.yaml"]),
        ("plan", ["--configfile", f"{ROOT}/config/small.yaml", "--", "plan"]),
        (
            "verdict krum --task digits",
            ["--config", 'verdict={"defense": "krum", "task": "digits"}', "--", "verdict"],
        ),
        ("compare results/a results/b", [f"{ROOT}/results/a", f"{ROOT}/results/b"]),
    ],
)
def test_a_command_calls_what_make_calls(given, called):
    command = commands.command_of(commands.read(given.split()))
    assert command[-len(called) :] == called
    assert (ROOT / "workflow/scripts" / Path(command[0]).name).is_file() or command[0] == "-m"
