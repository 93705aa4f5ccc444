"""Convert what `--config` gives as text to the types of the schema.

Snakemake reads `--config 'seeds=[0, 1]'` as a list of the texts "0" and "1": inside of lists and
mappings it takes no number for a number.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from edgecase.config.declaration import config_schema

_NULLS = ("null", "~", "None")


def converted(changes: Mapping) -> dict:
    """The `changes` with a number or null for each text that stands for one where one belongs.

    A text that stands for none stays as it is, for the check of the configuration to refuse.
    """
    return _converted(dict(changes), [config_schema()])


def _converted(value: Any, rules: list[Mapping]) -> Any:
    """`value`, which every one of the JSON schemas `rules` describes a part of."""
    rules = [inner for rule in rules for inner in _parts(rule)]
    if isinstance(value, Mapping):
        return {key: _converted(inner, _of_key(rules, key)) for key, inner in value.items()}
    if isinstance(value, list):
        items = [rule["items"] for rule in rules if "items" in rule]
        return [_converted(inner, items) for inner in value]
    types = {name for rule in rules for name in _types(rule)}
    if isinstance(value, str):
        if value in _NULLS and ("null" in types or not types):
            return None
        return value if "string" in types else _number(value)
    # A name may look like a number: `--config run=7`.
    return str(value) if types == {"string"} and type(value) is int else value


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def _parts(rule: Mapping) -> Iterator[Mapping]:
    """The schema and all that it is made of."""
    for name in ("allOf", "anyOf", "oneOf"):
        for inner in rule.get(name, ()):
            yield from _parts(inner)
    yield rule


def _of_key(rules: list[Mapping], key: str) -> list[Mapping]:
    """The schemas of what stands under `key`."""
    found = [rule["properties"][key] for rule in rules if key in rule.get("properties", {})]
    others = [rule.get("additionalProperties") for rule in rules]
    return found or [rule for rule in others if isinstance(rule, Mapping)]


def _types(rule: Mapping) -> Iterator[str]:
    """The types that a schema names, a choice of texts being text."""
    types = rule.get("type", ())
    yield from [types] if isinstance(types, str) else types
    for choice in rule.get("enum", ()):
        yield "string" if isinstance(choice, str) else "null"
