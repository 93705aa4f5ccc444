"""Files of YAML and JSON as plain values: text, numbers, truth values, lists and mappings of text.

YAML can mean far more than it says (tags, aliases of aliases), and both can be nested deeper than
anything that walks them can follow; such files are refused before anything else looks at them.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edgecase.base.errors import ConfigError, DataError, shown

#: values in a document, each counted as often as it is meant; levels of nesting; bits of a number.
MOST_VALUES = 100_000
_MOST_LEVELS = 40
_MOST_BITS = 10_000  # fewer than the digits that Python writes

_PLAIN = (str, int, float, bool, type(None))


def read_yaml(path: str | Path) -> Any:
    """The plain values of a YAML file; `ConfigError`, naming the file, if it has none."""
    # Every script checks JSON by this module, and few read YAML.
    from edgecase.base import yaml_loader

    try:
        content, repeated = yaml_loader.load(Path(path).read_text(encoding="utf-8"))
    # A tag that does not fit its value raises almost anything from inside the parser.
    except Exception as error:
        raise ConfigError(f"{path}: not a readable YAML file ({_said(error)})") from error
    if repeated:
        raise ConfigError([f"{path}: {problem}" for problem in repeated])
    if problem := plain_problem(content):
        raise ConfigError(f"{path}: {problem}")
    return content


def read_json(path: str | Path, what: str) -> dict:
    """The object in a JSON file; `DataError`, naming the file and `what` it should be, if none."""
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{path}: not a readable {what} ({_said(error)})") from error
    if not isinstance(content, dict):
        raise DataError(f"{path}: holds a {type(content).__name__}; expected an object")
    if problem := plain_problem(content):
        raise DataError(f"{path}: {problem}")
    return content


def plain_problem(content: object) -> str | None:
    """Why `content` is no tree of plain values of a sensible size; None if it is one."""
    count = 0
    left: list[tuple[object, int]] = [(content, 0)]
    while left:
        value, level = left.pop()
        count += 1
        if count > MOST_VALUES:
            return f"holds more than {MOST_VALUES} values (through aliases?)"
        if level > _MOST_LEVELS:
            return f"is nested deeper than {_MOST_LEVELS} levels"
        if isinstance(value, Mapping):
            for key in value:
                if not isinstance(key, str):
                    return f"the key {shown(key)} is no text; write it in quotes"
            left += [(inner, level + 1) for inner in value.values()]
        elif isinstance(value, list):
            left += [(inner, level + 1) for inner in value]
        elif not isinstance(value, _PLAIN):
            kind = type(value).__name__
            return (
                f"{shown(value)} is a {kind}; expected text (in quotes), a number, a list or keys"
            )
        elif isinstance(value, int) and value.bit_length() > _MOST_BITS:
            return "holds a number of thousands of digits"
    return None


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__
