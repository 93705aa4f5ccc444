"""Check a configuration against the JSON schema of its declaration."""

import functools
import math
from collections.abc import Iterator, Mapping
from typing import cast

import jsonschema

from edgecase.base.errors import shown
from edgecase.base.names import did_you_mean, unknown_name
from edgecase.config.declaration import config_schema
from edgecase.config.problems import DEPTH, Problem, dotted


def schema_problems(config: Mapping) -> Iterator[Problem]:
    """Where the configuration departs from the schema, in its reader's words."""
    for where, value in _not_finite(config):
        yield None, f"{where}: {value} is not a finite number"
    errors = _validator().iter_errors(config)
    for error in sorted(errors, key=lambda error: [str(part) for part in error.path]):
        if error.validator == "maximum" and error.instance == math.inf:
            continue  # told as not finite
        place = tuple(error.absolute_path)
        where = dotted(place) or "the configuration"
        relied_on = error.validator in ("type", "required", "minimum", "maximum") and (
            not place or place[0] in DEPTH
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
    schema = cast(Mapping, error.schema)
    allowed = str(schema.get("allowed", ""))
    if error.validator == "enum":
        choices = ["null" if choice is None else choice for choice in schema["enum"]]
        return str(unknown_name(error.instance, choices))
    if error.validator == "pattern":
        # Of what is allowed, the names; the rest is words.
        near = did_you_mean(
            error.instance, [name for name in allowed.split(", ") if " " not in name]
        )
        return f"'{error.instance}' cannot be used;{near} allowed: {allowed}"
    if error.validator == "additionalProperties":
        known = list(schema.get("properties", ()))
        return "; ".join(
            f"{shown(key)} is unknown;{did_you_mean(key, known)} allowed: {', '.join(known)}"
            for key in error.instance
            if key not in known
        )
    message = error.message.replace(repr(error.instance), shown(error.instance))
    if error.validator == "type" and isinstance(error.instance, str) and _is_number(error.instance):
        return f"{message} (YAML reads 1e-4 as text: write 1.0e-4)"
    if error.validator == "type" and allowed:
        return f"{message}; allowed: {allowed}"
    return message


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


@functools.cache
def _validator() -> jsonschema.protocols.Validator:
    # From draft 6 on, 10.0 passes as an integer, which is no name of a seed's file.
    strict = jsonschema.validators.extend(
        jsonschema.Draft202012Validator, type_checker=jsonschema.Draft4Validator.TYPE_CHECKER
    )
    return strict(config_schema())
