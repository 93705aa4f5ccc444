"""Check a file of claims, and the roles that a configuration fills."""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import jsonschema
import yaml

from edgecase.base.errors import ConfigError, shown
from edgecase.base.names import unknown_name
from edgecase.claims import names
from edgecase.claims.model import ROLES, SEVERAL, SIGMA, WORDS, is_pattern

_SCHEMA = Path(__file__).parents[3] / "config" / "schemas" / "claims.schema.yaml"

_BOUNDS = ("above", "at_least", "below", "at_most", "within")

#: test → the keys it needs, and those it may have besides; `bounds` stands for at least one bound.
_KEYS = {
    "tail-share": ({"group", "bounds"}, set()),
    "mean": ({"quantity", "of", "bounds"}, set()),
    "difference": ({"quantity", "of", "against", "bounds"}, set()),
    "ratio": ({"quantity", "of", "against", "bounds"}, set()),
    "difference-of-differences": ({"quantity", "than", "of", "against", "bounds"}, set()),
    "ordering": ({"quantity", "of", "bounds"}, set()),
    "trend": ({"quantity", "of", "direction"}, {"against"}),
    **dict.fromkeys(WORDS, ({"of"}, {"against"})),
}
#: tests whose value may be the best of several cells.
_BEST = ("difference", "passes", "stopped")


def check_roles(roles: Mapping) -> None:
    """Raise one `ConfigError` if `roles` is not what a configuration's key `claims` may hold.

    `task1`, `task2` and `task4` are mappings with the keys task and participation, `sigma_override`
    is the name of an override; each may be absent.
    """
    unknown = [unknown_name(key, (*ROLES, SIGMA)) for key in roles]
    problems = [f"claims: {problem}" for problem in unknown if problem]
    for role in [role for role in ROLES if role in roles]:
        value = roles[role]
        if not isinstance(value, Mapping) or set(value) != {"task", "participation"}:
            problems.append(f"claims.{role}: {value!r}; expected the keys task, participation")
    if problems:
        raise ConfigError(problems)


def problems(content: Any) -> list[str]:
    """What is wrong with the content of a file of claims; each names the entry and the key.

    Of an entry that breaks the schema, only that is told.
    """
    validator = jsonschema.Draft202012Validator(yaml.safe_load(_SCHEMA.read_text(encoding="utf-8")))
    errors = sorted(validator.iter_errors(content), key=lambda e: [str(p) for p in e.path])
    found = [f"{_place(content, list(error.absolute_path))}: {_message(error)}" for error in errors]
    if any(len(error.absolute_path) < 2 for error in errors):
        return found
    broken = {error.absolute_path[1] for error in errors}
    for number, entry in enumerate(content["claims"]):
        if number not in broken:
            found += _entry_problems(entry)
            found += (f"claims.{entry['id']}.{problem}" for problem in names.problems(entry))
    return found


def _message(error: jsonschema.ValidationError) -> str:
    message = error.message.replace(repr(error.instance), shown(error.instance))
    schema = cast(Mapping, error.schema)
    if error.validator == "additionalProperties" and "properties" in schema:
        message += f"; allowed: {', '.join(schema['properties'])}"
    return message


def _place(content: Any, keys: list) -> str:
    """Where a problem is; an entry is named by its id if it has one."""
    named = [str(key) for key in keys]
    if len(keys) > 1 and isinstance(content["claims"][keys[1]], Mapping):
        named[1] = str(content["claims"][keys[1]].get("id", keys[1]))
    return ".".join(named) or "the file"


def _entry_problems(entry: Mapping) -> Iterator[str]:
    """What the schema cannot say: which keys go together."""
    for number, part in enumerate(entry["parts"]):
        for problem in _part_problems(part):
            yield f"claims.{entry['id']}.parts.{number}{problem}"


def _part_problems(part: Mapping) -> Iterator[str]:
    test = part["test"]
    needed, optional = _KEYS[test]
    given = {"bounds" if key in _BOUNDS else key for key in part} - {"name", "test"}
    if missing := sorted(needed - given):
        bounds = f" (bounds: one of {', '.join(_BOUNDS)})" if "bounds" in missing else ""
        yield f": test {test} needs {', '.join(missing)}{bounds}"
    if surplus := sorted(given - needed - optional):
        yield f": test {test} takes no {', '.join(surplus)}"
    if "within" in part and len(set(_BOUNDS) & part.keys()) > 1:
        yield ".within: stands alone; use at_least and at_most for other ends"
    if {"above", "at_least"} <= part.keys() or {"below", "at_most"} <= part.keys():
        yield ": two bounds on the same side; one is enough"
    for key in set(_BOUNDS) & part.keys():
        if not math.isfinite(part[key]):
            yield f".{key}: {part[key]} is not a finite number"
    if {"at_least", "above"} & part.keys() and {"at_most", "below"} & part.keys():
        low = part.get("at_least", part.get("above"))
        high = part.get("at_most", part.get("below"))
        if not low < high:
            yield f": no number lies between {low} and {high}"
    for key in ("of", "against"):
        if key in part:
            yield from (f".{key}{problem}" for problem in _selector_problems(part, key))


def _selector_problems(part: Mapping, key: str) -> Iterator[str]:
    selector, test = part[key], part["test"]
    several = any(_several(value) for axis, value in selector.items() if axis != "pick")
    pick = selector.get("pick")
    if pick and not several:
        yield f".pick: '{pick}' of one cell; give a list or a pattern to choose from"
    if pick == "best" and test not in _BEST:
        yield f".pick: 'best' does not go with test {test}; allowed with {', '.join(_BEST)}"
    if pick == "best" and key == "against" and part.get("of", {}).get("pick") != "best":
        yield ".pick: 'best' is to be compared with the best of another selection"
    if test in SEVERAL:
        if pick or not several:
            yield f": test {test} compares several cells; give a list or a pattern, and no pick"
    elif several and not pick:
        yield f": several cells; test {test} needs a pick: best, first or last"


def _several(value: object) -> bool:
    return isinstance(value, list) or (isinstance(value, str) and is_pattern(value))
