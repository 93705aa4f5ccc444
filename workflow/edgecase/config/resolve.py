"""Resolve the parameters of a task and of a cell from a configuration."""

import copy
from collections.abc import Mapping
from typing import Any

from edgecase import attacks, defenses
from edgecase.base.parameters import Parameter, parameters, plain
from edgecase.config.switches import switches_read
from edgecase.datasets import folders
from edgecase.federation.parameters import (
    DataSwitches,
    Federation,
    HonestRounds,
    Setting,
    TaskParameters,
)
from edgecase.federation.switches import SWITCHES
from edgecase.population import partition, poison
from edgecase.population.participation import FixedPool
from edgecase.population.participation import parse as parse_participation
from edgecase.results.cells import DEFAULT, Cell

#: the keys of a task that hold the steps before and after every defense; no rule has such.
_STEPS = ("before", "server_step", "after_training")
_OPTIONAL = {
    name: about.default
    for name, about in (parameters(TaskParameters) | attacks.task_parameters()).items()
    if not about.required and about.item is None
}


def resolve_task(config: Mapping, task: str, override: str = DEFAULT) -> dict:
    """The task's parameters with switches and precision, `override` applied and defaults filled.

    A switch that changes the poisoned set becomes a parameter of it.
    """
    resolved: dict[str, Any] = copy.deepcopy(dict(config["tasks"][task]))
    resolved["switches"] = SWITCHES | config["switches"] | resolved.get("switches", {})
    resolved["precision"] = config.get("precision", "fp32")
    resolved = _OPTIONAL | {"defenses": {}} | resolved
    if override != DEFAULT:
        resolved = merge(resolved, config["overrides"][override])
    kind = partition.of_its_kind(resolved["partition"])
    if not partition.problems(kind):
        kind = plain(partition.read_parameters(kind))
    family = parameters(poison.family_of(resolved["edge_set"]))
    edge = {name: about.default for name, about in family.items()} | resolved["poison"]
    edge |= {
        name: resolved["switches"][name] for name, about in family.items() if about.item is not None
    }
    resolved["folders"] = folders_of(config, resolved["dataset"], resolved["edge_set"])
    return resolved | {"partition": kind, "poison": edge}


def folders_of(config: Mapping, *names: str) -> dict[str, Any]:
    """The parameter `folders` of a job that uses data sets and edge sets of these `names`.

    It is there only where one is a folder, so that it says nothing of other jobs.
    """
    found = folders.of_a_job(config.get("folders", {}), *names)
    return {"folders": found} if found else {}


def mark_datasets(defense: Mapping) -> list[str]:
    """The data set of a defense's mark, by its parameters as plain values: of most, none."""
    return [defense["ood_dataset"]] if "ood_dataset" in defense else []


def held_apart(task: Mapping) -> bool:
    """Whether no client of the resolved `task` holds the attacker's clean samples."""
    return task["poison"].get("overlap") == "corrected"


def resolve_start(task: Mapping) -> dict:
    """What a starting model depends on, as plain values; `task` is a resolved task."""
    keys = [*parameters(Setting), "start", "precision"]
    read_keys = {key: task[key] for key in keys}
    if task["start"] == "trained":
        read_keys["pretrain"] = task["pretrain"]
    if task["start"] == "rounds":
        read_keys["rounds"] = _honest_rounds(task)
    read_keys |= task["folders"]
    return read_keys | {"switches": switches_read(task, tuple(parameters(DataSwitches)))}


def resolve_cell(config: Mapping, cell: Cell) -> dict:
    """The parameters that the cell reads and no others, as plain values ready for JSON."""
    task = resolve_task(config, cell.task, cell.override)
    keys = [*parameters(Setting), *parameters(Federation), "edge_set", "precision"]
    found = {key: task[key] for key in (*keys, "partition", "poison", "start")}
    for start, key in (("trained", "pretrain"), ("rounds", "start_rounds")):
        if task["start"] == start:
            found[key] = task[key]
    if task["whole_test_every"] is not None:
        found["whole_test_every"] = task["whole_test_every"]
    if cell.attack != attacks.NO_ATTACK:
        found["first_attack_round"] = task["first_attack_round"]
        found |= _attack_parameters(task, cell.attack)
    defense = _defense_parameters(task, cell)
    found |= folders_of(config, task["dataset"], task["edge_set"], *mark_datasets(defense))
    return found | {
        "defense": defense,
        "switches": switches_read(task, SWITCHES, cell),
        "task": cell.task,
        "participation": cell.participation,
        "case": cell.case,
        "attack": cell.attack,
    }


def _honest_rounds(task: Mapping) -> dict:
    """The rounds of `start: rounds`, which come before round 1."""
    count = task["start_rounds"]
    return {key: task[key] for key in parameters(HonestRounds)} | {
        **{"rounds": count, "evaluate_every": count, "seated_client": None},
        "lr": task["lr"] * task["gamma"] ** -count,
    }


def merge(base: dict, changes: Mapping) -> dict:
    """A copy of `base` in which mappings are merged and everything else is replaced."""
    merged = dict(base)
    for key, value in changes.items():
        nested = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = merge(merged[key], value) if nested else copy.deepcopy(value)
    return merged


def _attack_parameters(task: Mapping, attack: str) -> dict:
    """The attack's parameters that the task holds, by their own names, without its switches."""
    return {
        name: task[key]
        for name, key in attacks.task_keys(attack).items()
        if name not in SWITCHES and key in task
    }


def _defense_parameters(task: Mapping, cell: Cell) -> dict:
    """The name and every parameter of the cell's defense.

    Where `pool_assumptions` is corrected, Krum's f is a pool's expected number of attackers in a
    round.
    """
    own = dict(task["defenses"].get(cell.defense, {}))
    own = {key: value for key, value in own.items() if key not in _STEPS}
    declared = {about.name: about for about in defenses.parameters(cell.defense)}
    mode = parse_participation(cell.participation)
    corrected = task["switches"]["pool_assumptions"] == "corrected"
    if "num_byzantine" in declared and corrected and isinstance(mode, FixedPool):
        sampled = task["clients_per_round"] * mode.attackers
        own["num_byzantine"] = max(1, -(-sampled // task["num_clients"]))
    found = {"name": cell.defense, **_with_defaults(declared, own)}
    if task["before"]:
        found["before"] = [_step(task, name, found) for name in task["before"]]
    for key in ("server_step", "after_training"):
        if task[key]:
            found[key] = _step(task, task[key], found)
    return found


def _step(task: Mapping, name: str, rule: Mapping) -> dict:
    """The name and every parameter of a step before or after the `rule`, whose f is its own where
    the task gives it none."""
    if name not in defenses.step_names():
        return {"name": name}  # which the check of the configuration reports
    declared = parameters(defenses.step_class(name))
    shared = {key: rule[key] for key in ("num_byzantine",) if key in declared and key in rule}
    own = task["defenses"].get(name, {})
    return {"name": name, **_with_defaults(declared, shared | own)}


def _with_defaults(declared: Mapping[str, Parameter], own: Mapping) -> dict:
    return {name: about.default for name, about in declared.items() if not about.required} | dict(
        own
    )
