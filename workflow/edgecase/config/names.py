"""Find the names in a configuration that stand for nothing, and what was probably meant."""

from collections.abc import Iterator, Mapping

from edgecase import attacks, defenses, figures, models
from edgecase.base.names import did_you_mean, unknown_name
from edgecase.config.declaration import keys_of_a_task, required_of_a_task, roles
from edgecase.config.problems import Problem, blocks, dotted, participation_problem
from edgecase.config.verdict import verdict_problems
from edgecase.datasets import DATASETS, EDGE_SETS
from edgecase.densities import settings as density_settings
from edgecase.population import poison
from edgecase.results.cells import DEFAULT


def name_problems(config: Mapping) -> Iterator[Problem]:
    """Every name that stands for nothing, and the names there are."""
    allowed = {
        "tasks": config["tasks"],
        "cases": poison.CASES,
        "attacks": attacks.names(),
        "defenses": defenses.known_names(),
        "overrides": [DEFAULT, *config.get("overrides", {})],
    }
    for place, block in blocks(config):
        for value in block["participations"]:
            if problem := participation_problem(value):
                yield place, f"{dotted(place)}.participations: {problem}"
        for axis, names in allowed.items():
            for value in block.get(axis, []):
                if problem := unknown_name(value, names):
                    yield place, f"{dotted(place)}.{axis}: {problem}"
    for name in config["figures"]:
        if problem := unknown_name(name, figures.FIGURES):
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
    for key, problem in verdict_problems(config):
        yield ("verdict", key), f"verdict.{key}: {problem}"


def misnamed_tasks(tasks: Mapping) -> dict[str, str]:
    """Task → problem, for those that lack most of their keys: changes of a task that is not there.

    One sentence instead of one for each missing key.
    """
    complete = required_of_a_task()
    missing = {
        name: [key for key in sorted(complete) if key not in body]
        for name, body in tasks.items()
        if isinstance(body, Mapping)
    }
    partial = [name for name, keys in missing.items() if 2 * len(keys) > len(complete)]
    known = [name for name in tasks if name not in partial]
    return {name: _misnamed(name, tasks[name], missing[name], known) for name in partial}


def _misnamed(name: str, body: Mapping, missing: list[str], known: list[str]) -> str:
    if near := did_you_mean(name, known):
        return f"tasks: there is no task '{name}';{near} A new task needs every key"
    keys = keys_of_a_task()
    strange = [f"'{key}' is unknown;{did_you_mean(key, keys)} " for key in body if key not in keys]
    return (
        f"tasks.{name}: {''.join(strange)}lacks {', '.join(missing)}; a new task needs every key, "
        f"and a change is of one of: {', '.join(known)}, or of a task of a configuration that is "
        "named before this one"
    )


def _role_problems(config: Mapping) -> Iterator[Problem]:
    """What the claims are judged on has to exist."""
    named = config.get("claims") or {}
    sigma = named.get("sigma_override", DEFAULT)
    if problem := unknown_name(sigma, [DEFAULT, *config.get("overrides", {})]):
        yield None, f"claims.sigma_override: {problem}"
    for role in [key for key in roles() if key in named]:
        if problem := unknown_name(named[role]["task"], config["tasks"]):
            yield None, f"claims.{role}.task: {problem}"
        if problem := participation_problem(named[role]["participation"]):
            yield None, f"claims.{role}.participation: {problem}"


def _unknown_parts(body: Mapping) -> Iterator[tuple[str, str]]:
    """The keys of a task's or override's body that name what does not exist, and the problem."""
    known = (*defenses.known_names(), *defenses.step_names())
    named = [
        ("dataset", body.get("dataset"), DATASETS),
        ("edge_set", body.get("edge_set"), EDGE_SETS),
        ("model.name", body.get("model", {}).get("name"), models.MODELS),
        *(("defenses", name, known) for name in body.get("defenses", {})),
    ]
    for key, name, allowed in named:
        if name is not None and (problem := unknown_name(name, allowed)):
            yield key, problem
