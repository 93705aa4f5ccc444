"""Numbers that are absurd are told with key, value and limit, before anything is allocated."""

import copy
import functools
import re

import pytest
import yaml
from tests.config.made_up import CONFIG

from edgecase import config
from edgecase.base.errors import ConfigError

TASK = "standin-digits"
MILLION = 1_000_000


@functools.cache
def read():
    return config.load(CONFIG / "test.yaml")


def edited(place, value):
    """The tests' configuration with a value set at a dotted place."""
    values = copy.deepcopy(read())
    inner = values
    *parents, last = place.split("/")
    for key in parents:
        inner = inner.setdefault(key, {}) if isinstance(inner, dict) else inner[int(key)]
    inner[last] = value
    return values


def numbers(schema, where=()):
    """The place of every rule for a number, and the rule."""
    if isinstance(schema, dict):
        kinds = schema.get("type", [])
        if {"number", "integer"} & set([kinds] if isinstance(kinds, str) else kinds):
            yield ".".join(where), schema
        for key, inner in schema.items():
            yield from numbers(inner, (*where, key))


def test_every_number_has_an_upper_end():
    schema = yaml.safe_load((CONFIG / "schemas" / "config.schema.yaml").read_text())
    found = dict(numbers(schema))
    assert len(found) > 10
    assert [
        where for where, rule in found.items() if not {"maximum", "exclusiveMaximum"} & {*rule}
    ] == []


@pytest.mark.parametrize(
    ("key", "limit"),
    [
        *(
            (key, MILLION)
            for key in ("lr", "attacker_lr", "eps", "eps_replacement", "weight_decay")
        ),
        *((key, MILLION) for key in ("rounds", "num_clients", "clients_per_round", "batch_size")),
        *((key, MILLION) for key in ("test_samples", "prox_coefficient", "seated_client")),
        *((key, 10_000) for key in ("local_epochs", "attacker_epochs", "pretrain/epochs")),
        ("model/width", 100),
        ("pretrain/lr", MILLION),
        ("partition/num_samples", MILLION),
        ("poison/clean", MILLION),
        ("defenses/norm-clipping/norm_bound", MILLION),
    ],
)
def test_absurd_number_of_a_task(key, limit):
    with pytest.raises(ConfigError) as caught:
        config.check(edited(f"tasks/{TASK}/{key}", 2 * limit))
    assert caught.value.problems == [
        f"tasks.{TASK}.{key.replace('/', '.')}: {2 * limit} is greater than the maximum of {limit}"
    ]


@pytest.mark.parametrize(
    ("place", "value", "limit"),
    [
        ("seeds", [0, 2**32], 2**32 - 1),
        ("threads", 2000, 1024),
        ("densities/components", 10**12, MILLION),
        ("densities/train_samples", 10**12, MILLION),
    ],
)
def test_absurd_number_of_a_run(place, value, limit):
    with pytest.raises(ConfigError) as caught:
        config.check(edited(place, value))
    (problem,) = caught.value.problems
    assert problem.startswith(place.replace("/", "."))
    assert problem.endswith(f" is greater than the maximum of {limit}")


def test_the_limits_themselves_are_allowed():
    values = edited(f"tasks/{TASK}/lr", MILLION)
    values["tasks"][TASK] |= {"rounds": MILLION, "local_epochs": 10_000, "eps": MILLION}
    values["seeds"] = [2**32 - 1]
    config.check(values)


def test_the_page_says_every_limit():
    text = (CONFIG / "README.md").read_text(encoding="utf-8")
    assert "at most 1000000" in text
    for key, limit in (
        *(("seeds", 2**32 - 1), ("threads", 1024), ("model.width", 100)),
        *((key, 10_000) for key in ("local_epochs", "attacker_epochs", "pretrain.epochs")),
    ):
        (row,) = re.findall(rf"(?m)^\| `{re.escape(key)}` \| .*$", text)
        assert f"≤ {limit}" in row
