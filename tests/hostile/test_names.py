"""A name from a configuration, a command line or `make` is never a path nor a shell command."""

import copy
import functools
import os
import shlex
import shutil
import stat
import subprocess
import sys

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.hostile import readers
from tests.hostile.mutate import FIELDS
from tests.workflow.conftest import copy_sources

from edgecase import config
from edgecase.errors import ConfigError
from edgecase.grid import all_cells

ROOT = readers.ROOT
ODD = ("../x", "a/b", "a;b", "$(touch witness)", "--help", "", "..", "a\n")
SAFE = set("abcdefghijklmnopqrstuvwxyz0123456789.-")
AXES = ("tasks", "participations", "cases", "attacks", "defenses", "overrides")

names = st.one_of(
    st.sampled_from(FIELDS),
    st.text(max_size=8),
    st.text("ab09.-/$;`'\"\\ \n*~{}", max_size=8),
)


@functools.cache
def _whole():
    return config.load(ROOT / "config" / "test.yaml")


def whole():
    return copy.deepcopy(_whole())


def named(place, name):
    """The tests' configuration with `name` at one of the places where a name may stand."""
    content = whole()
    task = next(iter(content["tasks"]))
    match place:
        case "run":
            content["run"] = name
        case "tasks":
            content["tasks"][name] = content["tasks"][task]
        case "overrides":
            content.setdefault("overrides", {})[name] = {"lr": 0.5}
        case "figures":
            content["figures"][name] = []
        case "parameters":
            content["tasks"][task]["defenses"][name] = {}
        case "device" | "backend" | "precision":
            content[place] = name
        case "dataset" | "edge_set" | "start":
            content["tasks"][task][place] = name
        case "model":
            content["tasks"][task]["model"]["name"] = name
        case "partition":
            content["tasks"][task]["partition"] = {"kind": name}
        case _:
            block = dict(content["grid"][0] if content.get("grid") else _block(content))
            content["grid"] = [block | {place.removeprefix("axis "): [name]}]
    return content


def _block(content):
    return next(blocks[0] for blocks in content["figures"].values() if blocks)


PLACES = (
    *("run", "tasks", "overrides", "figures", "parameters", "device", "backend", "precision"),
    *("dataset", "edge_set", "start", "model", "partition", *(f"axis {axis}" for axis in AXES)),
)


@pytest.mark.parametrize("place", PLACES)
@settings(max_examples=6, derandomize=True, database=None, deadline=None)
@given(name=names)
def test_a_name_that_passes_is_one_word_and_one_folder(place, name):
    content = named(place, name)
    try:
        config.check(content)
    except ConfigError:
        return
    words = {content["run"], content.get("device", "cpu").replace(":", ""), *content["tasks"]}
    words |= set(content.get("overrides", {}))
    for cell in all_cells(content):
        words |= set(cell.folder.split("/"))
    for word in words:
        assert not set(word) - SAFE
        assert set(word) - set(".")
        assert not word.startswith("-")
        assert shlex.split(word) == [word]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", ODD)
def test_names_that_would_be_more_are_refused(place, name):
    with pytest.raises(ConfigError):
        config.check(named(place, name))


HOSTILE = (
    *("krum; touch witness", "$(touch witness)", "`touch witness`", "x' ; touch witness ; '"),
    *('x" ; touch witness ; "', "$(shell touch witness)", "../../x", "--help", "-h", "a}"),
    *("krum, task: ../x", "x\ttouch witness", "| touch witness", "&& touch witness", "*"),
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A copy of the project whose `snakemake` writes down what it is given and does nothing."""
    root = tmp_path_factory.mktemp("made") / "project"
    copy_sources(root)
    for name in ("Makefile", "requirements.txt"):
        shutil.copy2(ROOT / name, root / name)
    programs = root / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name, body in {
        "python": f'exec {shlex.quote(sys.executable)} "$@"',
        "snakemake": 'printf "%s\\0" "$@" >> "$RECORD"; printf "\\n" >> "$RECORD"',
    }.items():
        path = programs / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    (root / ".venv" / ".installed").touch()
    return root


def make(root, target, **variables):
    """What `make` says, and the words that Snakemake got."""
    record = root.parent / "record"
    record.unlink(missing_ok=True)
    done = subprocess.run(
        ["make", target, *(f"{name}={value}" for name, value in variables.items())],
        cwd=root,
        env=os.environ | {"RECORD": str(record)},
        capture_output=True,
        text=True,
        check=False,
    )
    given = record.read_text().splitlines() if record.exists() else []
    return done, [line.split("\0")[:-1] for line in given]


def test_what_make_is_asked_reaches_snakemake(made):
    _, ((*_, option, asked, end, target),) = make(
        made, "verdict", DEFENSE="krum", CONFIG="config/demo.yaml", TASK="standin-digits"
    )
    assert (option, end, target) == ("--config", "--", "verdict")
    assert yaml.safe_load(asked.removeprefix("verdict=")) == {
        "defense": "krum",
        "task": "standin-digits",
    }


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        *(("DEFENSE", value) for value in HOSTILE),
        *(("TASK", value) for value in HOSTILE[:2]),
        *(("PARTICIPATION", value) for value in HOSTILE[:2]),
    ],
)
def test_what_a_verdict_is_asked_is_one_word(made, variable, value):
    asked = {"DEFENSE": "krum", "CONFIG": "config/demo.yaml", "TASK": "standin-digits"}
    _, calls = make(made, "verdict", **(asked | {variable: value}))
    assert not list(made.rglob("witness*"))
    for words in calls:
        (option,) = [word for word in words if word.startswith("verdict=")]
        assert value in option
        assert words[-2:] == ["--", "verdict"]


@pytest.mark.parametrize(
    ("target", "value"),
    [
        *(("verdict", value) for value in HOSTILE[:9]),
        *((target, value) for target in ("report", "plan", "unlock") for value in HOSTILE[7:9]),
    ],
)
def test_a_configuration_file_that_is_none_is_refused_before_snakemake_starts(made, target, value):
    done, calls = make(made, target, CONFIG=value, DEFENSE="krum")
    assert not list(made.rglob("witness*"))
    assert done.returncode != 0
    assert calls == []
    assert "error" in done.stderr


def snakemake(root, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "snakemake", "-n", "--cores", "1", *arguments],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_target_outside_the_configuration_reaches_no_rule(made):
    """A dot in a task's name stands for itself, and an unknown name is told, not looked up."""
    content = named("tasks", "a.b")
    (made / "dotted.yaml").write_text(yaml.safe_dump(content))
    cell = "results/test/cells/{}/fixed-freq-2/edge-case/blackbox/{}/{}/cell.json"
    asked = ["--configfile", "dotted.yaml", "--"]
    assert snakemake(made, *asked, cell.format("a.b", "krum", "default")).returncode == 0
    for names in (("aXb", "krum", "default"), ("a.b", "nothing", "default"), ("a.b", "krum", "..")):
        done = snakemake(made, *asked, cell.format(*names))
        said = done.stdout + done.stderr
        assert done.returncode != 0
        assert "MissingRuleException" in said
        assert "Traceback" not in said


@pytest.mark.parametrize(
    "asked",
    ["run=../x", "run='a;touch witness'", "tasks={x: 1}", "seeds=[$(touch witness)]", "device=x;y"],
)
def test_what_the_command_line_configures_is_checked_before_any_job(made, asked):
    done = snakemake(made, "--configfile", "config/test.yaml", "--config", asked)
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert "The configuration cannot run" in said
    assert not list(made.rglob("witness*"))
