"""From a configuration to the resolved parameters of a cell.

Every problem of a configuration is found and reported at once, before any work starts.
"""

import copy
import functools
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import jsonschema
import yaml

from edgecase import attacks, defenses, figures, models, partition, poison
from edgecase.datasets import AUTHORS_STARTS, DATASETS, EDGE_SETS
from edgecase.densities import settings as density_settings
from edgecase.documents import plain_problem, read_yaml
from edgecase.errors import ConfigError, shown
from edgecase.federation import participation
from edgecase.grid import DEFAULT, Cell, expand, verdict_blocks
from edgecase.parameters import with_defaults

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

#: keys that a task may leave out, and what they are then.
OPTIONAL = {"evaluate_every": 1, "seated_client": None, "diverged_clients": "stop"}

_PARTITION_KEYS = ("dataset", "edge_set", "num_clients", "partition")
_POISON_KEYS = ("dataset", "edge_set", "num_clients", "poison")
_MODEL_KEYS = ("name", "width")
_RECIPE_KEYS = ("epochs", "batch_size", "lr", "momentum", "weight_decay")
_PRETRAIN_KEYS = ("dataset", "model", "start", "pretrain", "test_samples")

#: section → number of keys that lead to what is checked as a whole: a task, an override, a block.
_DEPTH = {"tasks": 2, "overrides": 2, "figures": 3, "grid": 2}
_DEPTH |= dict.fromkeys(("switches", "densities", "claims", "verdict"), 1)

#: cells of a configuration: the paper's has some hundreds.
MOST_CELLS = 100_000

#: radii of PGD in a verdict: one untuned radius flatters any defense.
MINIMUM_RADII = 5

Place = tuple[str | int, ...]
#: the keys that lead to it, None if no other check minds it; and what it is, in words.
Problem = tuple[Place | None, str]


def check(config: Mapping) -> None:
    """Raise one `ConfigError` that lists every problem of `config`; return if there is none.

    A task, an override or a block with a problem is left out of the checks that rely on it.
    """
    if problem := plain_problem(config):
        raise ConfigError(f"the configuration: {problem}")
    problems: list[str] = []
    stages = (
        *(_schema_problems, _name_problems, _size_problems),
        *(_task_problems, _cell_problems, _radius_problems),
    )
    for stage in stages:
        found = list(stage(config))
        problems += [text for _, text in found]
        places = [place for place, _ in found if place is not None]
        if any(len(place) < 2 for place in places):
            break
        config = _without(config, places)
    if problems:
        raise ConfigError(list(dict.fromkeys(problems)))


def resolve_task(config: Mapping, task: str, override: str = DEFAULT) -> dict:
    """The task's parameters with switches and precision, `override` applied and defaults filled.

    The switch `p_study` becomes a parameter of the poisoned set, which it changes.
    """
    resolved = copy.deepcopy(dict(config["tasks"][task]))
    resolved["switches"] = SWITCHES | config["switches"] | resolved.get("switches", {})
    resolved["precision"] = config.get("precision", "fp32")
    resolved = OPTIONAL | resolved
    if override != DEFAULT:
        resolved = _merge(resolved, config["overrides"][override])
    resolved["partition"] = _of_its_kind(resolved["partition"])
    family = poison.FAMILIES[resolved["edge_set"]].PARAMETERS
    resolved["poison"] = with_defaults(resolved["poison"], family) | {
        "p_study": resolved["switches"]["p_study"]
    }
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
    return _variant(config, task, override, _POISON_KEYS, ())


def pretrain_variant(config: Mapping, task: str, override: str) -> str:
    """The override if it changes the starting model, else "default"."""
    switches = ("orientation", "transforms")
    return _variant(config, task, override, _PRETRAIN_KEYS, switches)


def defense_to_judge(config: Mapping) -> str:
    """The defense that a verdict is asked on; `ConfigError` if there is none."""
    try:
        return config["verdict"]["defense"]
    except KeyError:
        raise ConfigError(
            "verdict.defense: is missing; give --config 'verdict={defense: <name>}' with one of "
            f"{', '.join(defenses.names())}"
        ) from None


def check_share(config: Mapping, targets: Iterable[str]) -> None:
    """Raise `ConfigError` if one of the `targets` needs more cells than those of the `shard`."""
    whole = {*config["figures"], "fig1", "fig2", "tab1", "figures", "tables", "claims"}
    whole |= {"measured", "verdict", "plan"}
    asked = [name for name in targets if name in whole or name.startswith("claim-")]
    if asked:
        raise ConfigError(
            f"shard: {config['shard']} runs one share of the cells; {', '.join(asked)} needs all "
            "of them: bring the shares together (make merge), then ask without shard"
        )


def load(*paths: str | Path | None) -> dict:
    """The paper's configuration with the changes in the YAML files `paths`, in order, checked.

    This is what Snakemake's `--configfile` gives: mappings are merged, everything else replaced.
    """
    config = _read(_CONFIG / "config.yaml")
    for path in paths:
        if path is not None:
            config = _merge(config, _read(Path(path)))
    check(config)
    return config


def _read(path: Path) -> dict:
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise ConfigError(f"{path}: holds no mapping of keys to values")
    return content


def _of_its_kind(parameters: Mapping) -> dict:
    """The partition's parameters and defaults, less what a merge leaves behind of another kind."""
    kind = parameters.get("kind", "dirichlet")
    if not isinstance(kind, str) or kind not in partition.PARAMETERS:
        return dict(parameters)
    own = partition.PARAMETERS[kind]["properties"]
    others = {key for schema in partition.PARAMETERS.values() for key in schema["properties"]}
    kept = {key: value for key, value in parameters.items() if key in own or key not in others}
    return with_defaults(kept, partition.PARAMETERS[kind])


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
        sampled = parameters["clients_per_round"] * mode.attackers
        return max(1, -(-sampled // parameters["num_clients"]))
    return defense.get("num_byzantine", 1)


def _without(config: Mapping, places: Iterable[Place]) -> dict:
    """`config` with None for every task, override and block that holds one of the places."""
    entries = {place[: _DEPTH[place[0]]] for place in places}

    def kept(value: object, place: Place) -> object:
        if place in entries:
            return None
        if isinstance(value, Mapping):
            return {key: kept(inner, (*place, key)) for key, inner in value.items()}
        if isinstance(value, list):
            return [kept(inner, (*place, number)) for number, inner in enumerate(value)]
        return value

    return {key: kept(value, (key,)) for key, value in config.items()}


@functools.cache
def required() -> frozenset[str]:
    """The keys that every task has."""
    task = yaml.safe_load(_SCHEMA.read_text())["properties"]["tasks"]["additionalProperties"]
    return frozenset(key for rule in task["allOf"] for key in rule.get("required", ()))


@functools.cache
def _validator() -> jsonschema.protocols.Validator:
    # From draft 6 on, 10.0 passes as an integer, which is no name of a seed's file.
    strict = jsonschema.validators.extend(
        jsonschema.Draft202012Validator, type_checker=jsonschema.Draft4Validator.TYPE_CHECKER
    )
    return strict(yaml.safe_load(_SCHEMA.read_text()))


def _schema_problems(config: Mapping) -> Iterator[Problem]:
    for where, value in _not_finite(config):
        yield None, f"{where}: {value} is not a finite number"
    errors = _validator().iter_errors(config)
    for error in sorted(errors, key=lambda error: [str(part) for part in error.path]):
        if error.validator == "maximum" and error.instance == math.inf:
            continue  # told as not finite
        place = tuple(error.absolute_path)
        where = _dotted(place) or "the configuration"
        relied_on = error.validator in ("type", "required", "minimum", "maximum") and (
            not place or place[0] in _DEPTH
        )
        yield place if relied_on else None, f"{where}: {_message(error)}"


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


def _message(error: jsonschema.ValidationError) -> str:
    if error.validator == "pattern":
        return f"'{error.instance}' cannot be used; allowed: {error.schema['description']}"
    message = error.message.replace(repr(error.instance), shown(error.instance))
    if error.validator == "type" and "description" in error.schema:
        return f"{message}; allowed: {error.schema['description']}"
    if error.validator == "additionalProperties" and "properties" in error.schema:
        return f"{message}; allowed: {', '.join(error.schema['properties'])}"
    if error.validator == "type" and isinstance(error.instance, str) and _is_number(error.instance):
        return f"{message} (YAML reads 1e-4 as text: write 1.0e-4)"
    return message


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _name_problems(config: Mapping) -> Iterator[Problem]:
    allowed = {
        "tasks": config["tasks"],
        "cases": poison.CASES,
        "attacks": attacks.names(),
        "defenses": defenses.names(),
        "overrides": [DEFAULT, *config.get("overrides", {})],
    }
    for place, block in _blocks(config):
        for value in block["participations"]:
            if problem := _participation_problem(value):
                yield place, f"{_dotted(place)}.participations: {problem}"
        for axis, names in allowed.items():
            for value in block.get(axis, []):
                if problem := _unknown(value, names):
                    yield place, f"{_dotted(place)}.{axis}: {problem}"
    for name in config["figures"]:
        if problem := _unknown(name, figures.FIGURES):
            yield ("figures", name), f"figures: {problem}"
    yield from _role_problems(config)
    number, slash, count = str(config.get("shard", "")).partition("/")
    if slash and number.isdecimal() and count.isdecimal() and int(number) > int(count):
        yield None, f"shard: {number}/{count} is no share; allowed: 1/{count} to {count}/{count}"
    if (section := config.get("densities")) is not None:
        datasets = {name: (body or {}).get("dataset") for name, body in config["tasks"].items()}
        for problem in density_settings.problems(section, datasets):
            yield None, f"densities.{problem}"
    for section in ("tasks", "overrides"):
        for name, body in config.get(section, {}).items():
            for key, problem in _unknown_parts(body or {}):
                yield (section, name), f"{section}.{name}.{key}: {problem}"
    for key, problem in _verdict_problems(config):
        yield ("verdict", key), f"verdict.{key}: {problem}"


def _verdict_problems(config: Mapping) -> Iterator[tuple[str, str]]:
    """The keys of a verdict that are missing or name what does not exist, and the problem."""
    asked = config.get("verdict") or {}
    if "defense" not in asked:
        return
    for key in ("task", "participation", "radii"):
        if key not in asked:
            yield key, f"is missing; verdict.defense: {asked['defense']} needs it"
    named = [("defense", asked["defense"], defenses.names())]
    named += [("task", asked["task"], config["tasks"])] if "task" in asked else []
    radii = [DEFAULT, *config.get("overrides", {})]
    named += [("radii", name, radii) for name in asked.get("radii", [])]
    for key, name, allowed in named:
        if problem := _unknown(name, allowed):
            yield key, problem
    if "participation" in asked and (problem := _participation_problem(asked["participation"])):
        yield "participation", problem


def _role_problems(config: Mapping) -> Iterator[Problem]:
    """What the claims are judged on has to exist."""
    named = config.get("claims") or {}
    sigma = named.get("sigma_override", DEFAULT)
    if problem := _unknown(sigma, [DEFAULT, *config.get("overrides", {})]):
        yield None, f"claims.sigma_override: {problem}"
    for role in [role for role in ("task1", "task2") if role in named]:
        if problem := _unknown(named[role]["task"], config["tasks"]):
            yield None, f"claims.{role}.task: {problem}"
        if problem := _participation_problem(named[role]["participation"]):
            yield None, f"claims.{role}.participation: {problem}"


def _blocks(config: Mapping) -> Iterator[tuple[Place, Mapping]]:
    """Where each block of the figures and of the grid is, and the block."""
    listed = {("figures", name): blocks for name, blocks in config["figures"].items()}
    listed["grid",] = config.get("grid", [])
    for where, blocks in listed.items():
        for number, block in enumerate(blocks or []):
            if block is not None:
                yield (*where, number), block


def _unknown_parts(body: Mapping) -> Iterator[tuple[str, str]]:
    """The keys of a task's or override's body that name what does not exist, and the problem."""
    named = [
        ("dataset", body.get("dataset"), DATASETS),
        ("edge_set", body.get("edge_set"), EDGE_SETS),
        ("model.name", body.get("model", {}).get("name"), models.MODELS),
        *(("defenses", name, defenses.names()) for name in body.get("defenses", {})),
    ]
    for key, name, allowed in named:
        if name is not None and (problem := _unknown(name, allowed)):
            yield key, problem


def _participation_problem(name: str) -> str | None:
    try:
        participation.parse(name)
    except ConfigError as error:
        return str(error)
    return None


def _cells(config: Mapping) -> list[Cell]:
    """The cells whose block, task and override have no problem, the verdict's among them."""
    return _sound(config, [*(block for _, block in _blocks(config)), *verdict_blocks(config)])


def _sound(config: Mapping, blocks: Iterable[Mapping]) -> list[Cell]:
    """The cells of the blocks whose task and override have no problem."""
    known = [task for task, body in config["tasks"].items() if body is not None]
    overrides = config.get("overrides", {}).items()
    changes = [DEFAULT, *(name for name, body in overrides if body is not None)]
    return [cell for cell in expand(blocks) if cell.task in known and cell.override in changes]


def _task_problems(config: Mapping) -> Iterator[Problem]:
    tasks = [(task, DEFAULT) for task, body in config["tasks"].items() if body is not None]
    changed = [(cell.task, cell.override) for cell in _cells(config)]
    told = set()
    for task, override in dict.fromkeys([*tasks, *changed]):
        place = ("tasks", task) if override == DEFAULT else ("overrides", override)
        for problem in _resolved_problems(resolve_task(config, task, override)):
            if (task, problem) not in told:  # an override need not repeat what is wrong without it
                told.add((task, problem))
                yield place, f"{_resolved_name(task, override)}.{problem}"
        for problem in _defense_problems(resolve_task(config, task, override)):
            if (task, problem) not in told:
                told.add((task, problem))
                yield None, f"{_resolved_name(task, override)}: {problem}"


def _defense_problems(task: Mapping) -> Iterator[str]:
    """What is wrong with the parameters of any defense, used or not."""
    for name, options in task["defenses"].items():
        yield from defenses.validate(name, options)


def _resolved_problems(task: Mapping) -> Iterator[str]:
    yield from (f"partition.{problem}" for problem in partition.problems(task["partition"]))
    own = {key: value for key, value in task["poison"].items() if key != "p_study"}  # a switch
    yield from (f"poison.{problem}" for problem in poison.problems(task["edge_set"], own))
    model, dataset = task["model"], task["dataset"]
    for key, group in (("model", _MODEL_KEYS), ("pretrain", _RECIPE_KEYS)):
        yield from (f"{key}: '{name}' is missing" for name in group if name not in task[key])
    name = model.get("name")
    if task["start"] == "authors":
        _, trained_on = AUTHORS_STARTS.get(name, (None, None))
        if trained_on != dataset or model.get("width") != 1:
            allowed = ", ".join(f"{m} on {d}" for m, (_, d) in AUTHORS_STARTS.items())
            yield (
                f"start: 'authors' is not to be had for {model} on {dataset}; "
                f"allowed: {allowed}, at width 1"
            )
    taken, shape = models.INPUT_SHAPES.get(name), DATASETS[dataset].shape
    if taken not in (None, shape):
        yield f"model.name: '{name}' takes images {taken}; {dataset} has {shape}"
    if task["clients_per_round"] > task["num_clients"]:
        yield (
            f"clients_per_round: {task['clients_per_round']} is more than "
            f"num_clients, {task['num_clients']}"
        )
    seated = task["seated_client"]
    if seated is not None and seated >= task["num_clients"]:
        last = task["num_clients"] - 1
        yield f"seated_client: {seated} is no client; allowed: 0 to {last}, or null"


def _size_problems(config: Mapping) -> Iterator[Problem]:
    """Products of the axes that no machine runs, and that would fill its memory first."""
    axes = ("tasks", "participations", "cases", "attacks", "defenses", "overrides")
    blocks = [block for _, block in _blocks(config)]
    count = sum(math.prod(len(block.get(axis, [None])) for axis in axes) for block in blocks)
    if count > MOST_CELLS:
        yield (), f"figures and grid: they declare {count} cells; allowed: at most {MOST_CELLS}"


def _cell_problems(config: Mapping) -> Iterator[Problem]:
    declared = [*config["figures"].values(), config.get("grid"), verdict_blocks(config)]
    if not any(declared):
        yield None, "figures and grid: they declare no cell; at least one is needed"
    told = set()
    # An override need not repeat what is wrong without it.
    for cell in sorted(_cells(config), key=lambda cell: cell.override != DEFAULT):
        resolved = resolve_cell(config, cell)
        mode = participation.parse(cell.participation)
        found = []
        candidates = resolved["num_clients"] - (resolved["seated_client"] is not None)
        if isinstance(mode, participation.FixedPool) and mode.attackers > candidates:
            found.append(
                f"{cell.participation}: a pool of {mode.attackers} attackers is larger than "
                f"num_clients, {resolved['num_clients']}"
                + ("" if resolved["seated_client"] is None else " less the seated client")
            )
        if cell.attack.startswith("pgd") and resolved["eps"] is None:
            key = "eps_replacement" if "replacement" in cell.attack else "eps"
            found.append(f"{cell.attack} needs '{key}', which is missing")
        fraction = resolved["poison"].get("fraction", 0)
        if fraction >= 1 and cell.case != poison.CASES[0]:
            found.append(
                f"poison.fraction: {fraction} gives the attacker every edge case, and {cell.case} "
                f"leaves some to honest clients; allowed: below 1, or {poison.CASES[0]}"
            )
        unusual, split = resolved["poison"].get("unusual_photos"), resolved["poison"]["p_study"]
        if unusual and (split != "matched" or cell.case != poison.CASES[0]):
            found.append(
                f"poison.unusual_photos: {unusual} in {cell.case} with switch p_study {split}; "
                f"allowed: {poison.CASES[0]} with matched, where nobody else holds these photos"
            )
        if resolved["seated_client"] is not None and resolved["clients_per_round"] < 2:
            found.append("seated_client: needs clients_per_round of at least 2")
        cases = EDGE_SETS[resolved["edge_set"]].cases
        if cell.case not in cases:
            found.append(
                f"edge set {resolved['edge_set']} has no case '{cell.case}'; "
                f"allowed: {', '.join(cases)}"
            )
        options = {key: value for key, value in resolved["defense"].items() if key != "name"}
        found += defenses.validate(cell.defense, options, resolved["clients_per_round"])
        where = _resolved_name(cell.task, cell.override)
        for problem in found:
            if (cell.task, problem) not in told:
                told.add((cell.task, problem))
                yield None, f"{where}: {problem}"


def _radius_problems(config: Mapping) -> Iterator[Problem]:
    """Radii of a verdict that are too few, the same, or not all that their override changes."""
    asked = config.get("verdict") or {}
    names: dict[float, list[str]] = {}
    for cell in _sound(config, verdict_blocks(config)):
        if (cell.attack, cell.defense) != ("pgd", asked["defense"]):
            continue
        resolved = resolve_cell(config, cell)
        unchanged = resolve_cell(config, replace(cell, override=DEFAULT))
        keys = resolved.keys() | unchanged.keys()
        changed = {key for key in keys if resolved.get(key) != unchanged.get(key)} - {"eps"}
        if changed:
            yield (
                None,
                f"verdict.radii: '{cell.override}' changes {', '.join(sorted(changed))}; "
                "allowed: overrides that change eps alone",
            )
        names.setdefault(resolved["eps"], []).append(cell.override)
    for radius, same in names.items():
        if len(same) > 1:
            yield None, f"verdict.radii: {', '.join(same)} are one radius, {radius}; allowed: once"
    sound = sum(map(len, names.values()))
    if names and sound == len(asked["radii"]) and len(names) < MINIMUM_RADII:
        given = ", ".join(asked["radii"])
        allowed = f"at least {MINIMUM_RADII} different ones"
        yield None, f"verdict.radii: {given} give {len(names)} of use; allowed: {allowed}"


def _resolved_name(task: str, override: str) -> str:
    return f"tasks.{task}" + ("" if override == DEFAULT else f" with override {override}")


def _unknown(name: object, allowed: Iterable[str]) -> str | None:
    return None if name in allowed else f"'{name}' is unknown; allowed: {', '.join(allowed)}"


def _dotted(place: Place) -> str:
    return ".".join(map(str, place))
