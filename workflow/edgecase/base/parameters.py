"""Checking a group of parameters against a JSON schema that also holds the defaults."""

import math
from collections.abc import Mapping

from jsonschema import Draft4Validator, Draft202012Validator, validators

# From draft 6 on, 10.0 passes as an integer, which numpy refuses as a size.
_Validator = validators.extend(Draft202012Validator, type_checker=Draft4Validator.TYPE_CHECKER)


def schema_problems(parameters: Mapping, schema: Mapping) -> list[str]:
    """Every key of `parameters` that is unknown, of the wrong type or out of range."""
    rules = schema["properties"]
    found = [
        f"{key}: unknown; allowed: {', '.join(rules)}" for key in parameters if key not in rules
    ]
    for key in [key for key in parameters if key in rules]:
        value = parameters[key]
        for error in _Validator(rules[key]).iter_errors(value):
            unclear = error.validator == "anyOf"
            allowed = f"{value} is not {rules[key]['description']}" if unclear else error.message
            found.append(f"{key}: {allowed}")
        if isinstance(value, float) and not math.isfinite(value):
            found.append(f"{key}: {value} is not a finite number")
    return found


def with_defaults(parameters: Mapping, schema: Mapping) -> dict:
    """`parameters`, and the schema's default for every key they do not name."""
    return {key: rule["default"] for key, rule in schema["properties"].items()} | dict(parameters)
