"""Declare the keys of a configuration, and derive its JSON schema from all declarations.

The keys of a task stand in `federation.parameters` and in the files of the attacks, the switches
where they are read; the parameters of defenses, partitions and poisoned sets with their rules.
"""

import functools
from dataclasses import dataclass
from typing import Any, Literal

from edgecase import attacks
from edgecase.base.parameters import LARGEST, parameter, parameters, schema
from edgecase.densities.settings import Mixture
from edgecase.federation.parameters import Precision, TaskParameters
from edgecase.federation.switches import declared_switches
from edgecase.figures.style import COLOURED, FigureStyle
from edgecase.results.records import LARGEST_SEED
from edgecase.results.trackers import Tracker

Backend = Literal[
    "auto", "sequential", "at-once", "stacked-grouped", "stacked-unfold", "stacked-vmap"
]

_SLUG = "[a-z0-9]+([.-][a-z0-9]+)*"
_SLUG_WORDS = "lower-case letters and digits, joined by single hyphens or dots"


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """What jobs ask of a cluster's scheduler."""

    margin: float = parameter("factor on a job's estimated time", minimum=1, maximum=1000)
    max_minutes: int = parameter("no job asks for more: the partition's time limit", minimum=1)


@dataclass(frozen=True, kw_only=True)
class Role:
    """The cells that stand for one of the paper's tasks."""

    task: str = parameter("a task of the run")
    participation: str = parameter("a participation of the run")


@dataclass(frozen=True, kw_only=True)
class Claims:
    """What the claims on the paper's tasks are judged on."""

    task1: Role = parameter("the run's cells that stand for the paper's task 1", default=None)
    task2: Role = parameter("the same for task 2", default=None)
    task3: Role = parameter("the same for task 3", default=None)
    task4: Role = parameter("the same for task 4", default=None)
    task5: Role = parameter("the same for task 5", default=None)
    sigma_override: str = parameter(
        "the override with the noise of weak DP at which its cost is judged", default="default"
    )


def roles() -> list[str]:
    """The keys of `Claims` that stand for a task of the paper's."""
    return [name for name in parameters(Claims) if name != "sigma_override"]


@dataclass(frozen=True, kw_only=True)
class Densities(Mixture):
    """Figure 2: its tasks and its mixture."""

    tasks: tuple[str, ...] = parameter("the tasks shown, with their default starting models")
    out_of_distribution: dict[str, Any] = parameter(
        "task → the data set compared; by default the first of the other kind (digits for colour, "
        "colour for digits) among these tasks, else the stand-in of that kind",
        default=None,
    )


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a verdict on a defense is asked on."""

    defense: str = parameter(
        "the defense that is judged, with the task's parameters for it", default=None
    )
    task: str = parameter("the task it is judged on", default=None)
    participation: str = parameter("who takes part", default=None)
    radii: tuple[str, ...] = parameter(
        "the radii of PGD: at least 5 different ones, by overrides that change `eps` alone, or "
        "`default`",
        default=None,
    )


@dataclass(frozen=True, kw_only=True)
class Naming:
    """What a task is called where people read: no cell reads it, so that it makes none stale."""

    label: str = parameter(
        "the task's name in figures",
        pattern=r"[^\n]{1,40}",
        words="one line of at most 40 characters",
        default=None,
    )


@dataclass(frozen=True, kw_only=True)
class Block:
    """A product of the six axes."""

    tasks: tuple[str, ...] = parameter("keys of `tasks`")
    participations: tuple[str, ...] = parameter(
        "`fixed-freq-<period>`: one extra attacker every `<period>` rounds; "
        "`fixed-pool-<attackers>`: that many of the K clients attack whenever they are sampled"
    )
    cases: tuple[str, ...] = parameter("no, few or more honest clients hold edge data")
    attacks: tuple[str, ...] = parameter("`none`, or a base with any of its options")
    defenses: tuple[str, ...] = parameter("rules of the server")
    overrides: tuple[str, ...] = parameter("keys of `overrides`, or `default`", default=None)


@dataclass(frozen=True, kw_only=True)
class Run:
    """The keys of a whole configuration."""

    run: str = parameter(
        "names `results/<run>/` and `figures/<run>/`",
        # `cli.` begins the runs of the authors' command line alone.
        pattern=r"(?!data\Z)(?=.{1,64}\Z)(cli[.])?[a-z0-9]+(-[a-z0-9]+)*",
        words="lower-case letters and digits, joined by single hyphens; not data",
    )
    about: str = parameter(
        "what a reader sees in the run, on the first page of its report", default=None
    )
    seeds: tuple[int, ...] = parameter(
        "one CSV per cell and seed (item 15); a seed sets partition, poisoned set, sampled "
        "clients, pool, batches, augmentation and dropout",
        minimum=0,
        maximum=LARGEST_SEED,
    )
    device: str = parameter(
        "`auto` is a GPU where there is one",
        pattern="auto|cpu|cuda|cuda:[0-9]{1,4}",
        words="auto, cpu, cuda, cuda:<n>",
        default="auto",
    )
    cells_per_gpu: int = parameter(
        "cells that run on one GPU at once (`docs/gpus.md`)", minimum=1, default=1
    )
    threads: int = parameter(
        "CPU threads of one cell (`docs/gpus.md`)", minimum=1, maximum=1024, default=1
    )
    precision: Precision = parameter(
        "arithmetic of local training and tests: `bf16` runs them under autocast, `tf32` lets a "
        "GPU round the factors of matrix products; weights, momentum and aggregation stay in full "
        "precision",
        default="fp32",
    )
    backend: Backend = parameter(
        "how the clients of a round train: one after the other, at once on the threads of a CPU, "
        "or those of all seeds as one batch (`docs/training.md`)",
        default="auto",
    )
    save_minutes: float = parameter(
        "minutes between two saved states of a cell, from which it goes on after an interruption "
        "(`docs/reliability.md`); 0 saves after every round",
        minimum=0,
        default=5.0,
    )
    trackers: tuple[Tracker, ...] = parameter(
        "where the rounds of running cells are shown besides, each by the package of its name, "
        "which is to be installed (`docs/reliability.md`)",
        default=None,
    )
    mirror: str | None = parameter(
        "folder looked into before any download; the variable `EDGECASE_MIRROR` does the same",
        default=None,
    )
    cluster: Cluster = parameter("what jobs ask of a cluster's scheduler", default=None)
    container: str = parameter(
        "image file or address where jobs run with `--sdm apptainer` (`docs/containers.md`)",
        pattern="(?s:.+)",
        words="an image file or address",
        default=None,
    )
    shard: str = parameter(
        "the cells of one of `<count>` shares of the run alone, given as `--config shard=2/5` "
        "(`docs/sharing.md`)",
        pattern="[1-9][0-9]{0,3}/[1-9][0-9]{0,3}",
        words="<number>/<count>, such as 2/5",
        default=None,
    )
    switches: dict[str, Any] = parameter("how departures of the released code are treated")
    tasks: dict[str, Any] = parameter("what is learned and attacked, with every parameter")
    overrides: dict[str, Any] = parameter(
        "named changes of a task; `default` is the name of no change", default=None
    )
    figures: dict[str, Any] = parameter("the cells that a figure shows, as blocks")
    grid: tuple[dict[str, Any], ...] = parameter(
        "blocks of cells beyond the figures, listed in the summary", default=None
    )
    densities: Densities = parameter("figure 2: its tasks and its mixture", default=None)
    claims: Claims = parameter("what the claims on the paper's tasks are judged on", default=None)
    verdict: Verdict = parameter("what a verdict on a defense is asked on", default=None)
    figure_style: FigureStyle = parameter("how figures look", default=None)


def required_of_a_task() -> list[str]:
    """The keys that every task has."""
    return [name for name, about in parameters(TaskParameters).items() if about.required]


def keys_of_a_task() -> list[str]:
    """The keys that a task may have."""
    named, _ = config_schema()["properties"]["tasks"]["additionalProperties"]["allOf"]
    return list(named["properties"])


@functools.cache
def config_schema() -> dict[str, Any]:
    """The JSON schema of a configuration."""
    whole = schema(Run)
    slug = {"type": "string", "pattern": f"^{_SLUG}\\Z", "maxLength": 64, "allowed": _SLUG_WORDS}
    blocks = {"type": "array", "items": _nonempty(schema(Block)), "allowed": "a list of blocks"}
    task = _task_schema()
    named = task | {"properties": schema(Naming)["properties"] | task["properties"]}
    palette = {"type": "string", "pattern": "^#[0-9a-fA-F]{6}\\Z", "allowed": "a colour, #rrggbb"}
    properties = whole["properties"]
    properties["seeds"]["minItems"] = 1
    properties["switches"] |= task["properties"]["switches"]
    properties["tasks"] |= {
        "minProperties": 1,
        "propertyNames": slug,
        "additionalProperties": {"allOf": [named, {"required": required_of_a_task()}]},
    }
    properties["overrides"] |= {
        "propertyNames": {"allOf": [slug, {"not": {"const": "default"}}]},
        "additionalProperties": task,
    }
    properties["figures"] |= {"propertyNames": slug, "additionalProperties": blocks}
    properties["grid"] = {"description": properties["grid"]["description"]} | blocks
    properties["verdict"]["properties"]["radii"]["minItems"] = 1
    properties["figure_style"]["properties"]["palette"] |= {
        "propertyNames": {"enum": list(COLOURED)},
        "additionalProperties": palette,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of a run",
    } | whole


def _task_schema() -> dict[str, Any]:
    """The schema of a task, or of an override, which may leave out any key."""
    found = schema(TaskParameters)
    keys = {name: about for name, about in attacks.task_parameters().items() if about.item is None}
    switches = {name: about.schema for name, about in declared_switches().items()}
    numbers = {"additionalProperties": {"maximum": LARGEST}}
    found["properties"] |= {name: about.schema for name, about in keys.items()} | {
        "switches": {
            "type": "object",
            "additionalProperties": False,
            "properties": switches,
        }
    }
    for name in ("partition", "poison"):
        found["properties"][name] |= numbers
    found["properties"]["defenses"] |= {"additionalProperties": {"type": "object"} | numbers}
    return _partial(found)


def _partial(found: dict[str, Any]) -> dict[str, Any]:
    """The schema without what it requires, at any depth."""
    found = {key: value for key, value in found.items() if key != "required"}
    if "properties" in found:
        found["properties"] = {name: _partial(rule) for name, rule in found["properties"].items()}
    return found


def _nonempty(found: dict[str, Any]) -> dict[str, Any]:
    """The schema with at least one entry in each of its lists."""
    for rule in found["properties"].values():
        rule["minItems"] = 1
    return found
