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
import re
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any, Literal, TypeVar, cast

from edgecase.base.errors import ConfigError, shown
from edgecase.base.names import did_you_mean

#: no number has a use above it: what is larger is a slip of the hand.
LARGEST = 1_000_000

_WORDS: dict[type, str] = {int: "whole number", float: "number", str: "text", bool: "true or false"}
_TYPES: dict[type, str] = {
    int: "integer",
    float: "number",
    str: "string",
    bool: "boolean",
    dict: "object",
}

#: the default of a parameter that has none.
REQUIRED: Any = object()

_KEY = "parameter"
_T = TypeVar("_T")


@dataclasses.dataclass(frozen=True)
class Parameter:
    """What one field takes: `kind` int, float, str, bool, dict or a dataclass, within its limits.

    `choices` are the values of a `Literal`; `optional` says that null is allowed too; `listed` that
    it is a list of different values of the kind. Numbers from `whole_from` on have to be whole, and
    text has to match `pattern`, which `words` describe. A switch has the `item` of its departure of
    the released code (docs/fidelity.md).
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
    whole_from: float | None = None
    pattern: str | None = None
    words: str = ""
    item: int | None = None
    listed: bool = False
    default: Any = REQUIRED

    @property
    def required(self) -> bool:
        return self.default is REQUIRED

    @property
    def allowed(self) -> str:
        """The values it takes, in words."""
        if dataclasses.is_dataclass(self.kind) or self.kind is dict:
            return "a mapping of keys to values"
        if self.words:
            text = self.words
        elif self.choices:
            text = ", ".join(self.choices)
        else:
            text = _WORDS[self.kind]
        limits = [
            f"{sign} {limit:g}"
            for sign, limit in (("≥", self.minimum), (">", self.above), ("<", self.below))
            if limit is not None
        ]
        if self.maximum not in (None, LARGEST) and self.kind in (int, float):
            limits.append(f"≤ {self.maximum:g}" if self.maximum < 1e6 else f"≤ {self.maximum:.0f}")
        if self.whole_from is not None:
            limits.append(f"whole from {self.whole_from:g} on")
        text = " ".join([text, ", ".join(limits)]) if limits else text
        if self.listed:
            text = f"a list of different values, each {text}"
        return f"{text} or null" if self.optional else text

    def accepts(self, value: object) -> bool:
        """Whether `value` is of the kind and within the limits; no text is a number."""
        if value is None:
            return self.optional
        if self.listed:
            return (
                isinstance(value, list | tuple)
                and all(map(self._accepts_one, value))
                and len(set(value)) == len(value)
            )
        return self._accepts_one(value)

    def _accepts_one(self, value: object) -> bool:
        if self.choices:
            return isinstance(value, str) and value in self.choices
        if self.kind is str:
            return isinstance(value, str) and re.fullmatch(self.pattern or ".*", value) is not None
        if self.kind in (bool, dict):
            return isinstance(value, Mapping if self.kind is dict else bool)
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
            or (self.whole_from is not None and value >= self.whole_from and value % 1 != 0)
        )

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON schema of a value, with what is allowed in words under `allowed`."""
        found = self._schema_of_one()
        if self.listed:
            found = {"type": "array", "uniqueItems": True, "items": found}
        found = {"description": self.meaning, "allowed": self.allowed} | found
        return found if self.required else found | {"default": _plain_value(self.default)}

    def _schema_of_one(self) -> dict[str, Any]:
        if dataclasses.is_dataclass(self.kind):
            return schema(self.kind)
        if self.choices:
            return {"enum": [*self.choices, *([None] if self.optional else [])]}
        name = _TYPES[self.kind]
        found: dict[str, Any] = {"type": [name, "null"] if self.optional else name}
        limits = {
            "minimum": self.minimum,
            "exclusiveMinimum": self.above,
            "maximum": self.maximum,
            "exclusiveMaximum": self.below,
        }
        if self.kind in (int, float):
            found |= {key: limit for key, limit in limits.items() if limit is not None}
        if self.whole_from is not None:
            found["anyOf"] = [{"exclusiveMaximum": self.whole_from}, {"multipleOf": 1}]
        if self.pattern is not None:
            found["pattern"] = f"^(?:{self.pattern})\\Z"
        return found


def parameter(
    meaning: str,
    *,
    default: Any = REQUIRED,
    minimum: float | None = None,
    above: float | None = None,
    maximum: float | None = LARGEST,
    below: float | None = None,
    whole_from: float | None = None,
    pattern: str | None = None,
    words: str = "",
    item: int | None = None,
) -> Any:
    """A field of a group of parameters: `meaning` in words, its limits and its default.

    Without a default it is required. The field's type says the rest: int, float, str, bool, a
    `Literal` of texts, a `tuple` of one of these, one of these or None, a dict or another group.
    """
    about = {"meaning": meaning, "default": default}
    about |= {"minimum": minimum, "above": above, "maximum": maximum, "below": below}
    about |= {"whole_from": whole_from, "pattern": pattern, "words": words, "item": item}
    chosen = dataclasses.MISSING if default is REQUIRED else default
    return dataclasses.field(default=chosen, metadata={_KEY: about})


@functools.cache
def parameters(group: type) -> dict[str, Parameter]:
    """Name → declaration of each parameter of `group`, in its order."""
    hints = typing.get_type_hints(group)
    return {
        field.name: Parameter(field.name, **_kind(hints[field.name]), **field.metadata[_KEY])
        for field in dataclasses.fields(cast(Any, group))
        if _KEY in field.metadata
    }


def problems(group: type, values: object) -> list[str]:
    """Every key of `values` that is missing, unknown or refused, one sentence each."""
    return list(_problems(group, values, ""))


def read(group: type[_T], values: Mapping[str, Any], where: str = "", **fields: Any) -> _T:
    """The group with `values`; defaults fill what they leave out, and whole numbers become floats.

    `fields` are those of the dataclass that are no parameters. Raises one `ConfigError` with every
    problem; `where` is put before each key.
    """
    if found := list(_problems(group, values, where)):
        raise ConfigError(found)
    return _read(group, values, fields)


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
            if value is None and declared[name].optional:
                continue
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


def _read(
    group: type[_T],
    values: Mapping[str, Any],
    fields: Mapping[str, Any] = types.MappingProxyType({}),
) -> _T:
    chosen = dict(fields)
    for name, about in parameters(group).items():
        if name not in values:
            continue
        value = values[name]
        if dataclasses.is_dataclass(about.kind):
            value = None if value is None else _read(about.kind, value, {})
        elif about.kind is float and value is not None:
            value = float(value)
        elif about.listed:
            value = tuple(value)
        chosen[name] = value
    return group(**chosen)


def _plain_value(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return plain(value) if dataclasses.is_dataclass(value) else value


def _kind(hint: Any) -> dict[str, Any]:
    """kind, choices, listed and optional of a field's type."""
    optional = False
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        members = [member for member in typing.get_args(hint) if member is not types.NoneType]
        optional, hint = True, members[0]
    if typing.get_origin(hint) is tuple:
        return _kind(typing.get_args(hint)[0]) | {"listed": True, "optional": optional}
    if typing.get_origin(hint) in (dict, Mapping):
        return {"kind": dict, "optional": optional}
    if typing.get_origin(hint) is Literal:
        return {"kind": str, "choices": typing.get_args(hint), "optional": optional}
    return {"kind": hint, "optional": optional}
