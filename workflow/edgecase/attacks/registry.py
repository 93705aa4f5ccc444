"""The attacks there are: every file of this folder registers its own part."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import combinations
from typing import Any, TypeVar

from edgecase.attacks.contract import Attack, Part
from edgecase.base.errors import ConfigError
from edgecase.base.names import unknown_name
from edgecase.base.parameters import Parameter, parameters, read

NO_ATTACK = "none"

_PartType = TypeVar("_PartType", bound=type[Part])
_BASES: dict[str, type[Part]] = {}
_OPTIONS: dict[str, type[Part]] = {}
_PLACES: dict[str, tuple[int, str]] = {}


def register(
    name: str, *, option: bool = False, place: int = 9
) -> Callable[[_PartType], _PartType]:
    """A decorator that makes a part known: a base, or an `option` of every base.

    A part's name has no hyphen and no digit, since hyphens join the parts. Options stand in a name,
    and act, by their `place` from 1 to 9, and at one place by the alphabet.
    """

    def known(part: _PartType) -> _PartType:
        if not name.isalpha() or name != name.lower() or name in {*_BASES, *_OPTIONS, NO_ATTACK}:
            raise ConfigError(f"attack part '{name}' is taken or not in lower-case letters alone")
        _PLACES[name] = place, name
        (_OPTIONS if option else _BASES)[name] = part
        return part

    return known


def bases() -> list[str]:
    """The attacks without any option."""
    return sorted(_BASES)


def names() -> list[str]:
    """Every attack, `none` first."""
    return [NO_ATTACK] + [
        "-".join((base, *chosen))
        for base in bases()
        for count in range(len(_OPTIONS) + 1)
        for chosen in combinations(sorted(_OPTIONS, key=_PLACES.__getitem__), count)
    ]


def split_name(name: str) -> tuple[str, tuple[str, ...]]:
    """("pgd", ("replacement",)) of "pgd-replacement"; `ConfigError` for any other name."""
    attacks = names()
    if problem := unknown_name(name, attacks):
        raise ConfigError(f"attack: {problem}")
    if name == NO_ATTACK:
        raise ConfigError(
            f"attack: '{NO_ATTACK}' has no attacker; allowed: {', '.join(attacks[1:])}"
        )
    base, *options = name.split("-")
    return base, tuple(options)


def part_types(name: str) -> list[type[Part]]:
    """The parts of an attack, base first; none of `none`."""
    if name == NO_ATTACK:
        return []
    base, options = split_name(name)
    return [_BASES[base], *(_OPTIONS[option] for option in options)]


def all_parts() -> dict[str, type[Part]]:
    """Name → part, of every base and option."""
    return _BASES | _OPTIONS


def declared(name: str) -> dict[str, Parameter]:
    """The parameters that the attack called `name` reads."""
    return {key: about for part in part_types(name) for key, about in parameters(part).items()}


def task_keys(name: str) -> dict[str, str]:
    """Parameter of the attack → key of a task that holds it."""
    options = () if name == NO_ATTACK else split_name(name)[1]
    keys = {}
    for part in part_types(name):
        for parameter in parameters(part):
            beside = [(parameter, o) for o in options if (parameter, o) in part.keys_with_option]
            keys[parameter] = part.keys_with_option[beside[0]][0] if beside else parameter
    return keys


def task_parameters() -> dict[str, Parameter]:
    """Key of a task → its declaration, for the parameters of all attacks."""
    found: dict[str, Parameter] = {}
    for part in all_parts().values():
        own = parameters(part)
        found |= own
        for (name, _), (key, meaning) in part.keys_with_option.items():
            found[key] = replace(own[name], name=key, meaning=meaning)
    return found


def attack(name: str, values: Mapping[str, Any]) -> Attack | None:
    """The attack called `name` with those of its parameters that `values` holds; None of `none`.

    Raises `ConfigError` for an unknown name and for every parameter that is missing or refused.
    """
    parts = part_types(name)
    found = []
    for part in parts:
        own = parameters(part)
        found.append(read(part, {key: value for key, value in values.items() if key in own}))
    return Attack(name, tuple(found)) if parts else None
