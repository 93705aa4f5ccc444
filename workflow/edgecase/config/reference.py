"""Write the tables of config/README.md from the declarations and the paper's values."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import yaml

from edgecase import attacks, defenses, models
from edgecase.base.parameters import LARGEST, Parameter, parameters
from edgecase.config.declaration import Block, Claims, Cluster, Densities, Naming, Run, Verdict
from edgecase.datasets import DATASETS, EDGE_SETS
from edgecase.federation.parameters import ModelParameters, Recipe, TaskParameters
from edgecase.federation.switches import declared_switches
from edgecase.figures.style import FigureStyle
from edgecase.population import partition, poison

#: the tasks whose values stand in columns of their own.
TASKS = ("cifar10-southwest", "emnist-ardis", "sent140-lanthimos", "reddit-athens")
#: key of a task → the names that it takes.
_REGISTRIES = {"dataset": DATASETS, "edge_set": EDGE_SETS, "model.name": models.MODELS}
#: family of poisoned sets → the letter that stands for it.
_LETTERS = {
    "Liveries": "L",
    "Sevens": "S",
    "GreenCars": "G",
    "Lines": "T",
    "Prompts": "P",
    "Photographs": "F",
}


def fill(text: str, config: Mapping[str, Any]) -> str:
    """`text` with each table between `<!-- table: name -->` and `<!-- end -->` written anew.

    `config` is the paper's configuration.
    """
    for name, table in _TABLES.items():
        written = re.sub(r"`(docs/[a-z-]+\.md)`", r"[\1](../\1)", table(config))
        text = re.sub(
            rf"(<!-- table: {name} -->\n).*?(<!-- end -->)",
            lambda found, written=written: found[1] + written + found[2],
            text,
            flags=re.DOTALL,
        )
    return text


def _run(config: Mapping[str, Any]) -> str:
    rows = []
    for name, about in parameters(Run).items():
        value = config.get(name)
        nested = isinstance(value, Mapping) or (isinstance(value, list) and name != "seeds")
        shown = "below" if nested else _value(value) if name in config else "absent"
        rows.append((f"`{name}`", _kind(about), shown, about.meaning))
    return _markdown(("key", "type", "paper", "meaning"), rows)


def _section(group: type, key: str) -> Callable[[Mapping[str, Any]], str]:
    """The table of a section of the configuration."""

    def table(config: Mapping[str, Any]) -> str:
        values = config.get(key) or {}
        rows = [
            (
                f"`{name}`",
                _kind(about),
                _value(values[name]) if name in values else "absent",
                about.meaning,
            )
            for name, about in parameters(group).items()
        ]
        return _markdown(("key", "type", "paper", "meaning"), rows)

    return table


def _switches(config: Mapping[str, Any]) -> str:
    rows = [
        (
            f"`{name}`",
            _kind(about),
            _value(config["switches"].get(name, about.default)),
            f"item {about.item}: {about.meaning}",
        )
        for name, about in declared_switches().items()
    ]
    return _markdown(("key", "values", "paper", "meaning"), rows)


def _task(config: Mapping[str, Any]) -> str:
    declared: dict[str, Parameter] = {}
    for name, about in (parameters(Naming) | parameters(TaskParameters)).items():
        group = {"model": ModelParameters, "pretrain": Recipe}.get(name)
        if group is None:
            declared[name] = about
        else:
            declared |= {f"{name}.{key}": inner for key, inner in parameters(group).items()}
    for name, about in attacks.task_parameters().items():
        if about.item is None:
            declared[name] = about
    rows: list[tuple[str, ...]] = []
    for name, about in declared.items():
        optional = "" if about.required else ", optional"
        values = [_lookup(config["tasks"][task], name) for task in TASKS]
        if not about.required:
            values = [about.default if value is None else value for value in values]
        shown = ["below" if isinstance(value, Mapping) else _value(value) for value in values]
        kind = _names(_REGISTRIES[name]) if name in _REGISTRIES else _kind(about)
        rows.append((f"`{name}`", kind + optional, *shown, about.meaning))
    meaning = "the run's switches with changes for this task"
    rows.append(("`switches`", "mapping, optional", *[""] * len(TASKS), meaning))
    return _markdown(("key", "type", "task 1", "task 2", "task 4", "task 5", "meaning"), rows)


def _partition(config: Mapping[str, Any]) -> str:
    kinds = ", ".join(f"`{kind}`" for kind in partition.KINDS)
    meanings = "; ".join(
        f"`{kind}`: {parameters(group)['kind'].meaning}" for kind, group in partition.KINDS.items()
    )
    rows = [("`kind`", "all", kinds, "`dirichlet`", meanings)]
    holders: dict[Parameter, list[str]] = {}
    for kind, group in partition.KINDS.items():
        for name, about in parameters(group).items():
            if name != "kind":
                holders.setdefault(about, []).append(kind)
    for about, held in holders.items():
        names = "all" if len(held) == len(partition.KINDS) else _names(held)
        rows.append((f"`{about.name}`", names, _kind(about), _value(about.default), about.meaning))
    return _markdown(("key", "for", "type", "default", "meaning"), rows)


def _poison(config: Mapping[str, Any]) -> str:
    families = poison.families()
    holders: dict[str, dict[str, Parameter]] = {}
    switches = declared_switches()
    for family in families:
        for name, about in parameters(family).items():
            if name not in switches:
                holders.setdefault(name, {})[_LETTERS[family.__name__]] = about
    rows = []
    for name, found in holders.items():
        first = next(iter(found.values()))
        defaults = {letter: _value(about.default) for letter, about in found.items()}
        alike = len(set(defaults.values())) == 1
        shown = first.default if alike else None
        text = _value(shown) if alike else ", ".join(f"{k} {v}" for k, v in defaults.items())
        letters = "all" if len(found) == len(families) else ", ".join(found)
        rows.append((f"`{name}`", letters, _kind(first), text, first.meaning))
    return _markdown(("key", "for", "type", "default", "meaning"), rows)


def _defenses(config: Mapping[str, Any]) -> str:
    rows = []
    declared = {name: defenses.parameters(name) for name in defenses.names()}
    for name in defenses.step_names():
        declared[name] = tuple(parameters(defenses.step_class(name)).values())
    for rule, own_parameters in declared.items():
        for about in own_parameters:
            given = [config["tasks"][task]["defenses"].get(rule, {}) for task in TASKS]
            values = [_value(own[about.name]) if about.name in own else "" for own in given]
            default = "" if about.required else _value(about.default)
            kind = _kind(about)
            rows.append((f"`{rule}`", f"`{about.name}`", kind, default, *values, about.meaning))
    heads = ("defense", "key", "type", "default", "task 1", "task 2", "task 4", "task 5", "meaning")
    return _markdown(heads, rows)


def _block(config: Mapping[str, Any]) -> str:
    names = {
        "cases": _names(poison.CASES),
        "attacks": f"{_names([attacks.NO_ATTACK, *attacks.bases()])}, or one of these with any of "
        + _names(sorted({o for name in attacks.names()[1:] for o in attacks.split_name(name)[1]})),
        "defenses": _names(defenses.names()),
    }
    rows = [
        (f"`{name}`", names.get(name, ""), about.meaning)
        for name, about in parameters(Block).items()
    ]
    return _markdown(("key", "names", "meaning"), rows)


_TABLES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "run": _run,
    "cluster": _section(Cluster, "cluster"),
    "switches": _switches,
    "task": _task,
    "partition": _partition,
    "poison": _poison,
    "defenses": _defenses,
    "densities": _section(Densities, "densities"),
    "claims": _section(Claims, "claims"),
    "verdict": _section(Verdict, "verdict"),
    "figure_style": _section(FigureStyle, "figure_style"),
    "block": _block,
}


def _kind(about: Parameter) -> str:
    if about.choices:
        text = _names(about.choices)
        return f"{text} or null" if about.optional else text
    text = about.allowed.replace("a mapping of keys to values", "mapping")
    return f"`{text}`" if "<" in text else text


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _value(value: object) -> str:
    text = yaml.safe_dump(value, default_flow_style=True, width=LARGEST).strip()
    return f"`{text.removesuffix('...').strip()}`"


def _lookup(values: Any, dotted: str) -> Any:
    for part in dotted.split("."):
        values = values.get(part) if isinstance(values, Mapping) else None
    return values


def _markdown(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = list(heads)
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines).replace("|  |", "| |")
