"""Names in a configuration that name nothing."""

from collections.abc import Iterator, Mapping

from edgecase import attacks, defenses, figures, models
from edgecase.config.problems import Problem, blocks, dotted, participation_problem, unknown
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
        "defenses": defenses.names(),
        "overrides": [DEFAULT, *config.get("overrides", {})],
    }
    for place, block in blocks(config):
        for value in block["participations"]:
            if problem := participation_problem(value):
                yield place, f"{dotted(place)}.participations: {problem}"
        for axis, names in allowed.items():
            for value in block.get(axis, []):
                if problem := unknown(value, names):
                    yield place, f"{dotted(place)}.{axis}: {problem}"
    for name in config["figures"]:
        if problem := unknown(name, figures.FIGURES):
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


def _role_problems(config: Mapping) -> Iterator[Problem]:
    """What the claims are judged on has to exist."""
    named = config.get("claims") or {}
    sigma = named.get("sigma_override", DEFAULT)
    if problem := unknown(sigma, [DEFAULT, *config.get("overrides", {})]):
        yield None, f"claims.sigma_override: {problem}"
    for role in [role for role in ("task1", "task2") if role in named]:
        if problem := unknown(named[role]["task"], config["tasks"]):
            yield None, f"claims.{role}.task: {problem}"
        if problem := participation_problem(named[role]["participation"]):
            yield None, f"claims.{role}.participation: {problem}"


def _unknown_parts(body: Mapping) -> Iterator[tuple[str, str]]:
    """The keys of a task's or override's body that name what does not exist, and the problem."""
    named = [
        ("dataset", body.get("dataset"), DATASETS),
        ("edge_set", body.get("edge_set"), EDGE_SETS),
        ("model.name", body.get("model", {}).get("name"), models.MODELS),
        *(("defenses", name, defenses.names()) for name in body.get("defenses", {})),
    ]
    for key, name, allowed in named:
        if name is not None and (problem := unknown(name, allowed)):
            yield key, problem
