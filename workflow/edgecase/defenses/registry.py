"""The defenses there are: every file of this folder registers its own rules."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from edgecase.base import parameters as declarations
from edgecase.base.errors import ConfigError
from edgecase.base.names import unknown_name
from edgecase.base.parameters import Parameter, problems, read
from edgecase.defenses.contract import Rule

_RuleType = TypeVar("_RuleType", bound=type[Rule])
_RULES: dict[str, type[Rule]] = {}
_PLACES: dict[str, int] = {}
#: rules that run a package which this project does not need.
_GUESTS: set[str] = set()


def register(
    name: str, *, label: str = "", place: int = 99, package: str | None = None
) -> Callable[[_RuleType], _RuleType]:
    """A decorator that makes a rule known by its name, which is in lower case.

    `label` is what figures call it (by default the name). Rules are listed by their `place`, and at
    one place by the alphabet. One that runs a `package` which is no part of this project is known
    by its name and listed nowhere.
    """

    def known(rule: _RuleType) -> _RuleType:
        if name in _RULES:
            taken = _RULES[name].__module__
            raise ConfigError(f"defense name '{name}' is taken by {taken}; choose another")
        if name != name.lower():
            raise ConfigError(f"defense name '{name}' is not in lower case")
        rule.name, rule.label = name, label or name
        _RULES[name], _PLACES[name] = rule, place
        if package is not None:
            _GUESTS.add(name)
        return rule

    return known


def names() -> tuple[str, ...]:
    """The registered names, in order, without those of other packages' rules."""
    return tuple(name for name in known_names() if name not in _GUESTS)


def known_names() -> tuple[str, ...]:
    """All registered names, in order."""
    return tuple(sorted(_RULES, key=lambda name: (name in _GUESTS, _PLACES[name], name)))


def rule_class(name: str) -> type[Rule]:
    """The rule called `name`, without its parameters; `ConfigError` if there is none."""
    if problem := unknown_name(name, known_names()):
        raise ConfigError(f"defense: {problem}")
    return _RULES[name]


def rule(name: str, values: Mapping[str, Any] | None = None) -> Rule:
    """The rule called `name` with the parameters in `values`.

    Raises one `ConfigError` for everything that is missing, unknown or refused.
    """
    return read(rule_class(name), values or {}, where=f"{name}.")


def parameters(name: str) -> tuple[Parameter, ...]:
    """The parameters of the rule called `name`; `ConfigError` for an unknown name."""
    return tuple(declarations.parameters(rule_class(name)).values())


def validate(name: str, values: Mapping[str, Any], num_clients: int | None = None) -> list[str]:
    """Every problem of a configured rule as one sentence each; an empty list if it can run.

    With `num_clients`, the smallest number of clients of any round, that is checked as well.
    """
    try:
        group = rule_class(name)
    except ConfigError as error:
        return error.problems
    if found := problems(group, values):
        return [f"{name}: {problem}" for problem in found]
    needed = rule(name, values).minimum_clients()
    if num_clients is None or num_clients >= needed:
        return []
    given = ", ".join(f"{key} = {value}" for key, value in values.items())
    return [
        f"{name}: a round of {num_clients} clients with {given or 'no parameters'}; "
        f"allowed: at least {needed} clients"
    ]
