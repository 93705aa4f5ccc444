"""From a configuration to the resolved parameters of a cell.

Every problem of a configuration is found and reported at once, before any work starts.
"""

import copy
import functools
import math
from collections.abc import Iterator, Mapping
from pathlib import Path

import jsonschema
import yaml

from edgecase import attacks, defenses, figures, models, partition, poison
from edgecase.datasets import AUTHORS_STARTS, DATASETS, EDGE_SETS
from edgecase.errors import ConfigError
from edgecase.federation import participation
from edgecase.grid import DEFAULT, Cell, all_cells

_CONFIG = Path(__file__).parents[2] / "config"
_SCHEMA = _CONFIG / "schemas" / "config.schema.yaml"

#: the defaults of the switches of the released code's departures from the paper (docs/fidelity.md).
SWITCHES = {
    "orientation": "published",
    "transforms": "published",
    "radius_decay": "published",
    "multi_krum_counts": "corrected",
    "p_study": "published",
    "pool_assumptions": "published",
    "edge_sample_weight": "published",
}

_PARTITION_KEYS = ("dataset", "edge_set", "num_clients", "partition")
_POISON_KEYS = ("dataset", "edge_set", "num_clients", "poison")
_PRETRAIN_KEYS = ("dataset", "model", "start", "pretrain", "test_samples")


def check(config: Mapping) -> None:
    """Raise one `ConfigError` that lists every problem of `config`; return if there is none."""
    problems = _schema_problems(config)
    if not problems:
        problems = _name_problems(config)
    if not problems:
        cells = all_cells(config)
        used = {(task, DEFAULT): None for task in config["tasks"]}
        used |= {(cell.task, cell.override): None for cell in cells}
        for task, override in used:
            problems += _task_problems(config, task, override)
        for cell in cells:
            problems += _cell_problems(config, cell)
    if problems:
        raise ConfigError(list(dict.fromkeys(problems)))


def resolve_task(config: Mapping, task: str, override: str = DEFAULT) -> dict:
    """The task's parameters with the run's switches and precision, and `override` applied."""
    resolved = copy.deepcopy(dict(config["tasks"][task]))
    resolved["switches"] = SWITCHES | dict(config["switches"])
    resolved["precision"] = config.get("precision", "fp32")
    if override != DEFAULT:
        resolved = _merge(resolved, config["overrides"][override])
    resolved["partition"] = _of_its_kind(resolved["partition"])
    return resolved


def resolve_cell(config: Mapping, cell: Cell) -> dict:
    """Every parameter of a cell, plain values only: what the simulator reads and nothing else."""
    parameters = resolve_task(config, cell.task, cell.override)
    base, options = ("none", ()) if cell.attack == "none" else attacks.split_name(cell.attack)
    radius = parameters.pop("eps", None)
    replacement_radius = parameters.pop("eps_replacement", None)
    if base == "pgd":
        parameters["eps"] = replacement_radius if "replacement" in options else radius
    defense = parameters.pop("defenses").get(cell.defense, {})
    parameters["defense"] = {"name": cell.defense, **defense}
    if cell.defense in ("krum", "multi-krum"):
        parameters["defense"]["num_byzantine"] = _assumed_byzantine(parameters, cell, defense)
    return parameters | {
        "task": cell.task,
        "participation": cell.participation,
        "case": cell.case,
        "attack": cell.attack,
    }


def partition_variant(config: Mapping, task: str, override: str) -> str:
    """The override if it changes the partition, else "default": equal data is one file."""
    return _variant(config, task, override, _PARTITION_KEYS, ())


def poison_variant(config: Mapping, task: str, override: str) -> str:
    """The override if it changes the poisoned sets, else "default"."""
    return _variant(config, task, override, _POISON_KEYS, ("p_study",))


def pretrain_variant(config: Mapping, task: str, override: str) -> str:
    """The override if it changes the starting model, else "default"."""
    switches = ("orientation", "transforms")
    return _variant(config, task, override, _PRETRAIN_KEYS, switches)


def is_standin(config: Mapping, task: str) -> bool:
    """Whether the task runs on embedded stand-in data."""
    return DATASETS[config["tasks"][task]["dataset"]].standin


def load(path: str | Path | None = None) -> dict:
    """The paper's configuration with the changes in the YAML file `path`, checked.

    This is what Snakemake's `--configfile` gives: mappings are merged, everything else replaced.
    """
    config = _read(_CONFIG / "config.yaml")
    if path is not None:
        config = _merge(config, _read(Path(path)))
    check(config)
    return config


def _read(path: Path) -> dict:
    try:
        content = yaml.safe_load(path.read_text())
    except (OSError, yaml.YAMLError) as error:
        raise ConfigError(f"{path}: not a readable YAML file ({error})") from error
    if not isinstance(content, dict):
        raise ConfigError(f"{path}: holds no mapping of keys to values")
    return content


def _of_its_kind(parameters: Mapping) -> dict:
    """The partition's parameters less those of another kind, which a merge leaves behind."""
    kind = parameters.get("kind", "dirichlet")
    if kind not in partition.PARAMETERS:
        return dict(parameters)
    own = partition.PARAMETERS[kind]["properties"]
    others = {key for schema in partition.PARAMETERS.values() for key in schema["properties"]}
    return {key: value for key, value in parameters.items() if key in own or key not in others}


def _merge(base: dict, changes: Mapping) -> dict:
    merged = dict(base)
    for key, value in changes.items():
        nested = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = _merge(merged[key], value) if nested else copy.deepcopy(value)
    return merged


def _variant(
    config: Mapping, task: str, override: str, keys: tuple[str, ...], switches: tuple[str, ...]
) -> str:
    def view(name: str) -> list:
        resolved = resolve_task(config, task, name)
        return [resolved.get(k) for k in keys] + [resolved["switches"][s] for s in switches]

    return DEFAULT if view(override) == view(DEFAULT) else override


def _assumed_byzantine(parameters: Mapping, cell: Cell, defense: Mapping) -> int:
    """Krum's f: the configured one or, where corrected, a pool's expected attackers in a round."""
    mode = participation.parse(cell.participation)
    corrected = parameters["switches"]["pool_assumptions"] == "corrected"
    if corrected and isinstance(mode, participation.FixedPool):
        expected = parameters["clients_per_round"] * mode.attackers / parameters["num_clients"]
        return max(1, -int(-expected // 1))
    return defense.get("num_byzantine", 1)


@functools.cache
def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(yaml.safe_load(_SCHEMA.read_text()))


def _schema_problems(config: Mapping) -> list[str]:
    validator = _validator()
    problems = [f"{where}: {value} is not a finite number" for where, value in _not_finite(config)]
    for error in sorted(validator.iter_errors(config), key=lambda e: [str(p) for p in e.path]):
        where = ".".join(str(part) for part in error.absolute_path) or "the configuration"
        problems.append(f"{where}: {error.message}{_hint(error)}")
    return problems


def _not_finite(value: object, where: str = "") -> Iterator[tuple[str, float]]:
    """Every infinity and NaN below `value`: JSON schema takes them for numbers."""
    if isinstance(value, float) and not math.isfinite(value):
        yield where, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _not_finite(inner, f"{where}.{key}" if where else str(key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _not_finite(inner, f"{where}.{number}")


def _hint(error: jsonschema.ValidationError) -> str:
    if error.validator == "additionalProperties" and isinstance(error.schema, Mapping):
        allowed = error.schema.get("properties")
        return f"; allowed: {', '.join(allowed)}" if allowed else ""
    if error.validator == "type" and isinstance(error.instance, str):
        try:
            float(error.instance)
        except ValueError:
            return ""
        return " (YAML reads 1e-4 as text: write 1.0e-4)"
    return ""


def _name_problems(config: Mapping) -> list[str]:
    problems = [
        f"figures: '{name}' is unknown; allowed: {', '.join(figures.FIGURES)}"
        for name in config["figures"]
        if name not in figures.FIGURES
    ]
    allowed = {
        "tasks": list(config["tasks"]),
        "cases": list(poison.CASES),
        "attacks": attacks.names(),
        "defenses": list(defenses.names()),
        "overrides": [DEFAULT, *config.get("overrides", {})],
    }
    listed = {f"figures.{name}": blocks for name, blocks in config["figures"].items()}
    listed["grid"] = config.get("grid", [])
    for where, blocks in listed.items():
        for number, block in enumerate(blocks):
            for axis, values in block.items():
                for value in values:
                    place = f"{where}.{number}.{axis}"
                    if axis == "participations":
                        problems += _participation_problems(place, value)
                    elif value not in allowed[axis]:
                        problems.append(_unknown(place, value, allowed[axis]))
    bodies = {f"tasks.{name}": body for name, body in config["tasks"].items()}
    bodies |= {f"overrides.{name}": body for name, body in config.get("overrides", {}).items()}
    for where, body in bodies.items():
        for key, names in (("dataset", DATASETS), ("edge_set", EDGE_SETS)):
            if key in body and body[key] not in names:
                problems.append(_unknown(f"{where}.{key}", body[key], names))
        model = body.get("model", {}).get("name")
        if model is not None and model not in models.MODELS:
            problems.append(_unknown(f"{where}.model.name", model, models.MODELS))
        for name in body.get("defenses", {}):
            if name not in defenses.names():
                problems.append(_unknown(f"{where}.defenses", name, defenses.names()))
    return problems


def _participation_problems(place: str, value: str) -> list[str]:
    try:
        participation.parse(value)
    except ConfigError as error:
        return [f"{place}: {problem}" for problem in error.problems]
    return []


def _task_problems(config: Mapping, task: str, override: str) -> list[str]:
    problems = []
    where = f"tasks.{task}" + ("" if override == DEFAULT else f" with override {override}")
    resolved = resolve_task(config, task, override)
    problems += [f"{where}.partition.{p}" for p in partition.problems(resolved["partition"])]
    problems += [
        f"{where}.poison.{p}" for p in poison.problems(resolved["edge_set"], resolved["poison"])
    ]
    for key in ("name", "width"):
        if key not in resolved["model"]:
            problems.append(f"{where}.model: '{key}' is missing")
    for key in ("epochs", "batch_size", "lr", "momentum", "weight_decay"):
        if key not in resolved["pretrain"]:
            problems.append(f"{where}.pretrain: '{key}' is missing")
    if resolved["start"] == "authors":
        _, trained_on = AUTHORS_STARTS.get(resolved["model"].get("name"), (None, None))
        if trained_on != resolved["dataset"] or resolved["model"].get("width") != 1:
            allowed = ", ".join(f"{m} on {d}" for m, (_, d) in AUTHORS_STARTS.items())
            problems.append(
                f"{where}.start: 'authors' is not to be had for {resolved['model']} on "
                f"{resolved['dataset']}; allowed: {allowed}, at width 1"
            )
    shape = DATASETS[resolved["dataset"]].shape
    name = resolved["model"].get("name")
    if name in models.INPUT_SHAPES and models.INPUT_SHAPES[name] != shape:
        problems.append(
            f"{where}.model.name: '{name}' takes images {models.INPUT_SHAPES[name]}; "
            f"{resolved['dataset']} has {shape}"
        )
    if resolved["clients_per_round"] > resolved["num_clients"]:
        problems.append(
            f"{where}.clients_per_round: {resolved['clients_per_round']} is more than "
            f"num_clients, {resolved['num_clients']}"
        )
    return problems


def _cell_problems(config: Mapping, cell: Cell) -> list[str]:
    where = f"cell {cell.folder}"
    resolved = resolve_cell(config, cell)
    problems = []
    mode = participation.parse(cell.participation)
    if isinstance(mode, participation.FixedPool) and mode.attackers > resolved["num_clients"]:
        problems.append(
            f"{where}: a pool of {mode.attackers} attackers is larger than num_clients, "
            f"{resolved['num_clients']}"
        )
    if cell.attack.startswith("pgd") and resolved["eps"] is None:
        key = "eps_replacement" if "replacement" in cell.attack else "eps"
        problems.append(f"{where}: {cell.attack} needs '{key}', which task {cell.task} lacks")
    allowed_cases = EDGE_SETS[resolved["edge_set"]].cases
    if cell.case not in allowed_cases:
        problems.append(
            f"{where}: edge set {resolved['edge_set']} has no case '{cell.case}'; "
            f"allowed: {', '.join(allowed_cases)}"
        )
    options = {key: value for key, value in resolved["defense"].items() if key != "name"}
    problems += [
        f"{where}: {problem}"
        for problem in defenses.validate(cell.defense, options, resolved["clients_per_round"])
    ]
    return problems


def _unknown(place: str, value: object, allowed) -> str:
    return f"{place}: '{value}' is unknown; allowed: {', '.join(allowed)}"
