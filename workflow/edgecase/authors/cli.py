"""Turn the authors' command line into a configuration with one cell.

The flags keep their names and meanings. One that is not given takes the task's value; one that the
chosen attack, defense or edge set does not read changes nothing, as in the authors' script.
"""

import argparse
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from edgecase import attacks, config, defenses, models
from edgecase.authors.flags import NO_EFFECT, NUMBERS, Values, build_parser
from edgecase.base.errors import ConfigError
from edgecase.base.parameters import parameters
from edgecase.population import poison
from edgecase.results.cells import Cell, all_cells

#: the authors' `poison_type` → the edge set, where the names differ.
POISON_TYPES = {"howto": "greencar"}

_PERIOD, _POOL_SIZE = 10, 100  # the authors'

Setting = tuple[tuple[str, ...], int | float | str]


@dataclass(frozen=True)
class Request:
    """What a command line asks for: a complete configuration whose only cell is `cell`."""

    config: dict
    cell: Cell
    cores: str
    dry_run: bool
    warnings: tuple[str, ...]


def interpret(argv: Sequence[str]) -> Request:
    """The request of the arguments `argv`; `ConfigError` lists everything wrong with them."""
    arguments, unknown = build_parser().parse_known_args(argv)
    base = config.load(arguments.config)
    values = Values(arguments)
    if unknown:
        values.problems.append(f"unknown arguments: {' '.join(unknown)}")

    device, warnings = _device(arguments, base.get("device", "auto"), values)
    ignored = [flag for flag in NO_EFFECT if values.typed(flag) is not None]
    warnings += [f"--{flag} has no effect: {NO_EFFECT[flag]}" for flag in ignored]
    seeds = _seeds(arguments, base["seeds"], values)
    cores = "all" if arguments.cores in (None, "all") else str(values.count("cores", 1))
    mirror = base.get("mirror") if arguments.mirror is None else _absolute(arguments.mirror)
    cell = _cell(base, values)
    settings = _settings(base, cell, values)
    if cell is None:
        raise ConfigError(values.problems)

    override = _differences(base["tasks"][cell.task], settings.values())
    if override:
        cell = replace(cell, override=f"cli-{_digest(override)}")
    complete = base | {
        # No run of one's own can have this name (config.schema.yaml).
        "run": f"cli.{base['run'].removeprefix('cli.')}",
        "seeds": seeds,
        "device": device,
        "mirror": mirror,
        "overrides": base.get("overrides", {}) | ({cell.override: override} if override else {}),
        "figures": {},
        "densities": base["densities"] | {"tasks": []},
        "grid": [_block(cell)],
    }
    try:
        config.check(complete)
    except ConfigError as error:
        values.problems += [_in_flags(problem, cell, settings) for problem in error.problems]
    if values.problems:
        raise ConfigError(values.problems)
    return Request(complete, cell, cores, arguments.dry_run, tuple(warnings))


def _cell(base: Mapping, values: Values) -> Cell | None:
    """The cell that the names choose, defaults in place of wrong ones; None if no task fits."""
    task = _task(base, values)
    mode = values.choice("fl_mode", ("fixed-freq", "fixed-pool"), "fixed-freq")
    period = values.count("attack_period", _PERIOD)
    attackers = values.count("attacker_pool_size", _POOL_SIZE)
    attack = values.choice("attack_method", (*attacks.bases(), attacks.NO_ATTACK), "blackbox")
    options = {
        "replacement": values.boolean("model_replacement"),
        "prox": values.boolean("prox_attack"),
    }
    if attack != attacks.NO_ATTACK:
        attack = "-".join([attack, *(name for name, chosen in options.items() if chosen)])
    case = values.choice("attack_case", poison.CASES, poison.CASES[0])
    defense = values.choice("defense_method", defenses.names(), "no-defense")
    number = period if mode == "fixed-freq" else attackers
    return None if task is None else Cell(task, f"{mode}-{number}", case, attack, defense)


def _task(base: Mapping, values: Values) -> str | None:
    """The first task with the data set and the edge set given, those in a figure or grid first."""
    names = dict.fromkeys([cell.task for cell in all_cells(base)] + list(base["tasks"]))
    tasks = {name: base["tasks"][name] for name in names}
    datasets = dict.fromkeys(task["dataset"] for task in tasks.values())
    edge_sets = {task["edge_set"]: task["edge_set"] for task in tasks.values()}
    edge_sets |= {name: other for name, other in POISON_TYPES.items() if other in edge_sets}
    refused = len(values.problems)
    dataset = values.choice("dataset", datasets)
    poison_type = values.choice("poison_type", edge_sets)
    if len(values.problems) > refused:
        return None
    edge_set = edge_sets.get(poison_type)
    for name, task in tasks.items():
        if dataset in (None, task["dataset"]) and edge_set in (None, task["edge_set"]):
            return name
    pairs = dict.fromkeys(f"{task['edge_set']} on {task['dataset']}" for task in tasks.values())
    values.refuse("poison_type", f"{edge_set} on {dataset}", ", ".join(pairs))
    return None


def _settings(base: Mapping, cell: Cell | None, values: Values) -> dict[str, Setting]:
    """Flag → (key in the task, value), for the flags that are given and that the cell reads."""
    numbers = {flag: values.number(flag, kind) for flag, (_, kind, _) in NUMBERS.items()}
    model = values.choice("model", models.MODELS)
    if cell is None:
        return {}
    settings: dict[str, Setting] = {} if model is None else {"model": (("model", "name"), model)}
    for flag, value in numbers.items():
        key = _key(flag, cell, base["tasks"][cell.task]["edge_set"])
        if value is not None and key is not None:
            settings[flag] = key, value
    return settings


def _key(flag: str, cell: Cell, edge_set: str) -> tuple[str, ...] | None:
    """Where the value of a numeric flag goes in the task; None if the cell does not read it."""
    place = NUMBERS[flag][0]
    if place[0] in attacks.task_parameters():
        keys = attacks.task_keys(cell.attack)
        return (keys[place[0]],) if place[0] in keys else None
    if flag in ("norm_bound", "stddev"):
        taken = [parameter.name for parameter in defenses.parameters(cell.defense)]
        return ("defenses", cell.defense, flag) if flag in taken else None
    if flag == "fraction" and flag not in parameters(poison.family_of(edge_set)):
        return None
    return place


def _differences(task: Mapping, settings: Iterable[Setting]) -> dict:
    """The override that gives `task` the settings: only those it does not have."""
    override: dict = {}
    for key, value in settings:
        present: object = task
        for part in key:
            present = present.get(part) if isinstance(present, Mapping) else None
        if present != value:
            place = override
            for part in key[:-1]:
                place = place.setdefault(part, {})
            place[key[-1]] = value
    return override


def _digest(value: object) -> str:
    """Eight hexadecimal digits that equal values share, in whatever order they are given."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:8]


def _block(cell: Cell) -> dict[str, list[str]]:
    return {
        "tasks": [cell.task],
        "participations": [cell.participation],
        "cases": [cell.case],
        "attacks": [cell.attack],
        "defenses": [cell.defense],
        "overrides": [cell.override],
    }


def _in_flags(problem: str, cell: Cell, settings: Mapping[str, Setting]) -> str:
    """A problem of the configuration, told by the flag that caused it where one did."""
    flags = {".".join(key): flag for flag, (key, _) in settings.items()}
    for where in (f"overrides.{cell.override}", f"tasks.{cell.task} with override {cell.override}"):
        key, _, message = problem.removeprefix(f"{where}.").partition(": ")
        if problem.startswith(where) and key in flags:
            return f"--{flags[key]}: {message}"
    return problem


def _seeds(arguments: argparse.Namespace, default: list[int], values: Values) -> list[int]:
    if arguments.seeds and arguments.rand_seed is not None:
        values.problems.append("--seeds, --rand_seed: give only one of them")
    if arguments.seeds:
        return values.integers("seeds", arguments.seeds) or default
    if arguments.rand_seed is not None:
        return values.integers("rand_seed", [arguments.rand_seed]) or default
    return default


def _device(arguments: argparse.Namespace, default: str, values: Values) -> tuple[str, list[str]]:
    """The device to run on, and a warning if it is not the one asked for."""
    if arguments.no_cuda:
        return "cpu", []
    if arguments.device is None:
        return default, []
    name = arguments.device.lower()
    if not re.fullmatch(r"auto|cpu|cuda(:[0-9]+)?", name):
        values.refuse("device", name, "auto, cpu, cuda, cuda:<n>")
        return default, []
    if name.startswith("cuda"):
        import torch

        from edgecase.machine.device import choose_device

        if not torch.cuda.device_count():
            return "cpu", [f"--device {name}: there is no CUDA device; running on the CPU"]
        try:
            choose_device(name)
        except ConfigError as error:
            values.problems += [f"--{problem}" for problem in error.problems]
    return name, []


def _absolute(folder: str) -> str:
    return str(Path(folder).resolve())
