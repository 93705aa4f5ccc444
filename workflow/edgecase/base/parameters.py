"""Declare parameters as dataclass fields; check, read and describe them by the declaration.

A group of parameters is a frozen dataclass whose fields are made by `parameter`:

>>> from dataclasses import dataclass
>>> @dataclass(frozen=True)
... class Clipping:
...     norm_bound: float = parameter("largest l2 norm of an update", above=0)
>>> read(Clipping, {"norm_bound": 2})
Clipping(norm_bound=2.0)
>>> problems(Clipping, {"norm_bound": -1})
['norm_bound: -1 is not allowed (largest l2 norm of an update); allowed: number > 0']
>>> plain(Clipping(2.0))
{'norm_bound': 2.0}
"""

import dataclasses
import functools
import math
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any, Literal, TypeVar

from jsonschema import Draft4Validator, Draft202012Validator, validators

from edgecase.base.errors import ConfigError, shown
from edgecase.base.names import did_you_mean

#: no number has a use above it: what is larger is a slip of the hand.
LARGEST = 1_000_000

#: the default of a parameter that has none.
REQUIRED: Any = object()

_KEY = "parameter"
_T = TypeVar("_T")


@dataclasses.dataclass(frozen=True)
class Parameter:
    """What one field takes: `kind` int, float, str, bool or a dataclass, within its limits.

    `choices` are the values of a `Literal`; `optional` says that null is allowed too.
    """

    name: str
    meaning: str
    kind: type
    choices: tuple[str, ...] = ()
    optional: bool = False
    minimum: float | None = None
    above: float | None = None
    maximum: float | None = LARGEST
    below: float | None = None
    default: Any = REQUIRED

    @property
    def required(self) -> bool:
        return self.default is REQUIRED

    @property
    def allowed(self) -> str:
        """The values it takes, in words."""
        if dataclasses.is_dataclass(self.kind):
            return "a mapping of keys to values"
        if self.choices:
            text = ", ".join(self.choices)
        else:
            text = {int: "whole number", float: "number", str: "text", bool: "true or false"}[
                self.kind
            ]
        limits = [
            f"{sign} {limit:g}"
            for sign, limit in (("≥", self.minimum), (">", self.above), ("<", self.below))
            if limit is not None
        ]
        if self.maximum not in (None, LARGEST) and self.kind in (int, float):
            limits.append(f"≤ {self.maximum:g}" if self.maximum < 1e6 else f"≤ {self.maximum:.0f}")
        text = " ".join([text, ", ".join(limits)]) if limits else text
        return f"{text} or null" if self.optional else text

    def accepts(self, value: object) -> bool:
        """Whether `value` is of the kind and within the limits; no text is a number."""
        if value is None:
            return self.optional
        if self.choices:
            return isinstance(value, str) and value in self.choices
        if self.kind in (str, bool):
            return isinstance(value, self.kind)
        if isinstance(value, bool) or not isinstance(
            value, int if self.kind is int else int | float
        ):
            return False
        if not math.isfinite(value):
            return False
        return not (
            (self.minimum is not None and value < self.minimum)
            or (self.above is not None and value <= self.above)
            or (self.maximum is not None and value > self.maximum)
            or (self.below is not None and value >= self.below)
        )

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON schema of one value."""
        if dataclasses.is_dataclass(self.kind):
            found = schema(self.kind)
        elif self.choices:
            found = {"enum": [*self.choices, *([None] if self.optional else [])]}
        else:
            name = {int: "integer", float: "number", str: "string", bool: "boolean"}[self.kind]
            found = {"type": [name, "null"] if self.optional else name}
            if self.kind in (int, float):
                limits = {
                    "minimum": self.minimum,
                    "exclusiveMinimum": self.above,
                    "maximum": self.maximum,
                    "exclusiveMaximum": self.below,
                }
                found |= {key: limit for key, limit in limits.items() if limit is not None}
        found = {"description": self.meaning} | found
        return found if self.required else found | {"default": _plain_value(self.default)}


def parameter(
    meaning: str,
    *,
    default: Any = REQUIRED,
    minimum: float | None = None,
    above: float | None = None,
    maximum: float | None = LARGEST,
    below: float | None = None,
) -> Any:
    """A field of a group of parameters: `meaning` in words, its limits and its default.

    Without a default it is required. The field's type says the rest: int, float, str, bool, a
    `Literal` of texts, one of these or None, or another group.
    """
    about = {"meaning": meaning, "default": default}
    about |= {"minimum": minimum, "above": above, "maximum": maximum, "below": below}
    chosen = dataclasses.MISSING if default is REQUIRED else default
    return dataclasses.field(default=chosen, metadata={_KEY: about})


@functools.cache
def parameters(group: type) -> dict[str, Parameter]:
    """Name → declaration of each parameter of `group`, in its order."""
    hints = typing.get_type_hints(group)
    return {
        field.name: Parameter(field.name, **_kind(hints[field.name]), **field.metadata[_KEY])
        for field in dataclasses.fields(group)
        if _KEY in field.metadata
    }


def problems(group: type, values: object) -> list[str]:
    """Every key of `values` that is missing, unknown or refused, one sentence each."""
    return list(_problems(group, values, ""))


def read(group: type[_T], values: Mapping[str, Any], where: str = "") -> _T:
    """The group with `values`; defaults fill what they leave out, and whole numbers become floats.

    Raises one `ConfigError` with every problem; `where` is put before each key.
    """
    if found := list(_problems(group, values, where)):
        raise ConfigError(found)
    return _read(group, values)


def plain(group: Any) -> dict[str, Any]:
    """The parameters of an instance as plain values, ready for JSON; the inverse of `read`."""
    return {name: _plain_value(getattr(group, name)) for name in parameters(type(group))}


def schema(group: type) -> dict[str, Any]:
    """The JSON schema of a mapping of the group's parameters."""
    declared = parameters(group)
    required = [name for name, parameter in declared.items() if parameter.required]
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: parameter.schema for name, parameter in declared.items()},
        **({"required": required} if required else {}),
    }


def _problems(group: type, values: object, where: str) -> Iterator[str]:
    declared = parameters(group)
    if not isinstance(values, Mapping):
        yield f"{where.rstrip('.') or 'parameters'}: {shown(values)} is not a mapping"
        return
    for name, about in declared.items():
        if about.required and name not in values:
            yield f"{where}{name}: is missing ({about.meaning}); allowed: {about.allowed}"
    for name, value in values.items():
        if name not in declared:
            near = did_you_mean(name, declared)
            yield f"{where}{name}: is unknown;{near} allowed: {', '.join(declared) or 'none'}"
        elif dataclasses.is_dataclass(declared[name].kind):
            yield from _problems(declared[name].kind, value, f"{where}{name}.")
        elif not declared[name].accepts(value):
            about = declared[name]
            yield (
                f"{where}{name}: {shown(value)} is not allowed ({about.meaning}); "
                f"allowed: {about.allowed}{_hint(about, value)}"
            )


def _hint(about: Parameter, value: object) -> str:
    """A word where a number came as text."""
    if about.kind in (int, float) and not about.choices and isinstance(value, str):
        try:
            float(value)
        except ValueError:
            return ""
        return " (YAML reads 1e-4 as text: write 1.0e-4)"
    return ""


def _read(group: type[_T], values: Mapping[str, Any]) -> _T:
    chosen = {}
    for name, about in parameters(group).items():
        if name not in values:
            continue
        value = values[name]
        if dataclasses.is_dataclass(about.kind):
            value = _read(about.kind, value)
        elif about.kind is float and value is not None:
            value = float(value)
        chosen[name] = value
    return group(**chosen)


def _plain_value(value: Any) -> Any:
    return plain(value) if dataclasses.is_dataclass(value) else value


def _kind(hint: Any) -> dict[str, Any]:
    """kind, choices and optional of a field's type."""
    optional = False
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        members = [member for member in typing.get_args(hint) if member is not types.NoneType]
        optional, hint = True, members[0]
    if typing.get_origin(hint) is Literal:
        return {"kind": str, "choices": typing.get_args(hint), "optional": optional}
    return {"kind": hint, "optional": optional}


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
