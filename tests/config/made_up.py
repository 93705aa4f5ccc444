"""The paper's configuration with changes, and what its check says of them."""

import functools
from pathlib import Path

import pytest

from edgecase import config
from edgecase.base.errors import ConfigError
from edgecase.results.cells import Cell

CONFIG = Path(__file__).parents[2] / "config"
T1, T2, T4 = "cifar10-southwest", "emnist-ardis", "sent140-lanthimos"
T5 = "reddit-athens"

read = functools.cache(config.load)


def paper():
    return unshared(read())


def unshared(value):
    """A copy in which no two places share a mapping, as they do behind YAML's anchors."""
    if isinstance(value, dict):
        return {key: unshared(inner) for key, inner in value.items()}
    return [unshared(inner) for inner in value] if isinstance(value, list) else value


def edited(*changes, base=None):
    """The paper's configuration, or `base`, with values set at dotted places; ... removes one."""
    edited = unshared(base or read())
    for place, value in changes:
        *parents, last = [int(key) if key.isdecimal() else key for key in place.split("/")]
        inner = edited
        for key in parents:
            inner = inner[key]
        if value is ...:
            del inner[last]
        else:
            inner[last] = value
    return edited


def problems(*changes, base=None):
    with pytest.raises(ConfigError) as caught:
        config.check(edited(*changes, base=base))
    return caught.value.problems


BLOCK = {
    "tasks": [T1],
    "participations": ["fixed-freq-10"],
    "cases": ["edge-case"],
    "attacks": ["blackbox"],
    "defenses": ["no-defense"],
}


def with_cell(**axes):
    """The paper's tasks with one cell."""
    block = BLOCK | {axis: [value] for axis, value in axes.items()}
    return edited(("figures", {}), ("grid", [block]))


def cell(**axes):
    defaults = {axis: values[0] for axis, values in BLOCK.items()} | axes
    return Cell(*(defaults[axis] for axis in (*BLOCK, "overrides") if axis in defaults))
