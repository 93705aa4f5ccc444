"""config/README.md names every key of the configuration, no other, and the paper's values."""

import re

import pytest
import yaml
from tests.config.made_up import CONFIG

from edgecase import config, defenses
from edgecase.population import partition, poison


def rows(heading):
    """The table rows below a heading: {key: cells}."""
    text = (CONFIG / "README.md").read_text()
    section = re.split(r"(?m)^#+ ", text.split(f"# {heading}\n")[1])[0]
    lines = [line for line in section.splitlines() if re.match(r"\| `", line)]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0].strip("`"): row for row in cells}


def schema():
    return yaml.safe_load((CONFIG / "schemas" / "config.schema.yaml").read_text())


def lookup(values, dotted):
    for part in dotted.split("."):
        values = values[part]
    return values


def written(cell):
    return yaml.safe_load(cell.strip("`"))


def test_keys_of_the_run():
    assert rows("The run").keys() == schema()["properties"].keys()


@pytest.mark.parametrize(
    "key", ["run", "seeds", "device", "cells_per_gpu", "threads", "precision", "mirror"]
)
def test_values_of_the_run(key):
    assert written(rows("The run")[key][2]) == config.load()[key]


def test_switches():
    documented = rows("Switches")
    switches = schema()["$defs"]["switches"]["properties"]
    assert {key: re.findall("`([a-z]+)`", row[1]) for key, row in documented.items()} == {
        key: switch["enum"] for key, switch in switches.items()
    }
    values = {key: written(row[2]) for key, row in documented.items()}
    assert values == config.load()["switches"] == config.SWITCHES


def test_keys_of_a_task():
    properties = dict(schema()["$defs"]["task"]["properties"])
    for parent in ("model", "pretrain"):
        inner = properties.pop(parent)["properties"]
        properties |= {f"{parent}.{key}": value for key, value in inner.items()}
    assert rows("A task").keys() == properties.keys()


@pytest.mark.parametrize("column", ["cifar10-southwest", "emnist-ardis"])
def test_values_of_a_task(column):
    task = config.load()["tasks"][column]
    place = 2 if column == "cifar10-southwest" else 3
    values = {key: row[place] for key, row in rows("A task").items() if row[place].startswith("`")}
    assert {key: written(cell) for key, cell in values.items()} == {
        key: lookup(task, key) for key in values
    }
    assert len(values) > 25


def test_partition():
    properties = {}
    for kind in partition.PARAMETERS.values():
        properties = kind["properties"] | properties
    documented = {key: written(row[2]) for key, row in rows("`partition`").items()}
    assert documented == {key: value["default"] for key, value in properties.items()}


@pytest.mark.parametrize(
    ("letter", "edge_set"), [("L", "southwest"), ("S", "ardis"), ("G", "greencar")]
)
def test_poison(letter, edge_set):
    properties = poison.FAMILIES[edge_set].PARAMETERS["properties"]
    defaults = {key: value["default"] for key, value in properties.items() if key != "p_study"}
    documented = {}
    for key, (_, families, _, default, _) in rows("`poison`").items():
        if families == "all" or letter in families:
            own = re.search(f"{letter} `([^`]+)`", default)
            documented[key] = written(own[1] if own else default)
    assert documented == defaults


def test_defenses():
    documented = rows("`defenses`")
    taken = {}
    for name in defenses.names():
        for parameter in defenses.parameters(name):
            taken.setdefault(parameter.name, []).append(name)
    assert {key: re.findall("`([a-z-]+)`", row[1]) for key, row in documented.items()} == taken
    for place, task in ((3, "cifar10-southwest"), (4, "emnist-ardis")):
        values = config.load()["tasks"][task]["defenses"]
        for key, row in documented.items():
            shown = {values[name][key] for name in taken[key] if name in values}
            assert shown == ({written(row[place])} if row[place] else set())


def test_axes_of_a_block():
    blocks = schema()["$defs"]["blocks"]["items"]["properties"]
    assert rows("Overrides, figures and grid").keys() == blocks.keys()
