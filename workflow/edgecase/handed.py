"""The parameters that a script is handed as JSON, checked by the rules of a configuration.

Snakemake hands over what `config.check` has passed; by hand, anything can come.
"""

from collections.abc import Iterable, Mapping

from edgecase import config
from edgecase.base.errors import ConfigError, shown

_AXES = ("task", "participation", "case", "attack")
_NAME = "task"
_TURNING = ("orientation", "transforms")
_START = ("dataset", "model", "start", "pretrain", "test_batch_size", "precision")
_MIXTURE = ("components", "variance", "train_samples", "test_samples")
_FEATURES = ("dataset", "edge_set", "model", "test_batch_size")


def check_cell(parameters: Mapping) -> None:
    """Raise `ConfigError` if `parameters` are not what `config.resolve_cell` gives for a cell."""
    task = config.required() - {"defenses"}
    _check_keys(
        parameters,
        needed=[*_AXES, "defense", "switches", "precision", *sorted(task), *config.OPTIONAL],
        optional=("eps", "test_samples"),
        switches=config.SWITCHES,
    )
    axes = [parameters[axis] for axis in _AXES]
    defense = parameters["defense"]
    if not isinstance(defense, Mapping) or not all(
        isinstance(name, str) for name in (*axes, defense.get("name"))
    ):
        raise ConfigError(
            f"{', '.join(_AXES)}, defense.name: {shown([*axes, defense])}; expected names"
        )
    body = {key: parameters[key] for key in parameters if key not in (*_AXES, "defense")}
    body["defenses"] = {defense["name"]: {k: v for k, v in defense.items() if k != "name"}}
    if "eps" in body:
        body["eps_replacement"] = body["eps"]
    block = dict(
        zip(("tasks", "participations", "cases", "attacks"), ([a] for a in axes), strict=True)
    )
    _check(body, parameters["task"], block | {"defenses": [defense["name"]]})


def check_start(parameters: Mapping) -> None:
    """Raise `ConfigError` if `parameters` are not those of a starting model.

    A task's other parameters may be among them.
    """
    own = {
        key: parameters[key] for key in (*_START, "switches", "test_samples") if key in parameters
    }
    _check_keys(own, [*_START, "switches"], ["test_samples"], switches=_TURNING)
    _check(_of_the_paper() | own)


def check_densities(parameters: Mapping) -> None:
    """Raise `ConfigError` if `parameters` are not those of a task's log-densities."""
    _check_keys(parameters, [*_FEATURES, *_MIXTURE, "comparison", "switches"], switches=_TURNING)
    own = {key: parameters[key] for key in (*_FEATURES, "switches")}
    section = {key: parameters[key] for key in _MIXTURE} | {
        "tasks": [_NAME],
        "out_of_distribution": {_NAME: parameters["comparison"]},
    }
    # Which poisoned set goes with the edge set is not asked here.
    _check(_of_the_paper() | own | {"poison": {}}, densities=section)


def _check_keys(
    parameters: Mapping,
    needed: Iterable[str],
    optional: Iterable[str] = (),
    switches: Iterable[str] = (),
) -> None:
    needed = list(needed)
    problems = [f"{key}: is missing" for key in needed if key not in parameters]
    allowed = [*needed, *optional]
    problems += [
        f"{shown(key)}: unknown; allowed: {', '.join(allowed)}"
        for key in parameters
        if key not in allowed
    ]
    given = parameters.get("switches", {})
    if not isinstance(given, Mapping):
        problems.append(f"switches: {shown(given)}; expected a switch for each key")
    else:
        problems += [f"switches.{key}: is missing" for key in switches if key not in given]
    if problems:
        raise ConfigError(problems)


def _of_the_paper() -> dict:
    """A task of the paper, for what a script does not read."""
    return dict(next(iter(config.load()["tasks"].values())))


def _check(body: Mapping, task: str = _NAME, block: Mapping | None = None, **sections) -> None:
    body = dict(body)
    whole = {
        "run": "handed",
        "seeds": [0],
        "switches": {},
        "figures": {},
        "tasks": {task: body},
        "grid": [block or _ANY | {"tasks": [task]}],
        **sections,
    }
    if "precision" in body:
        whole["precision"] = body.pop("precision")
    config.check(whole)


_ANY = {
    "participations": ["fixed-freq-1"],
    "cases": ["edge-case"],
    "attacks": ["none"],
    "defenses": ["no-defense"],
}
