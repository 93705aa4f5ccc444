"""Defenses of the server: the updates of a round [m, P] become one aggregate [P].

The declarations (`names`, `parameters`, `minimum_clients`, `validate`) need no torch, so that a
Snakefile can read them; `aggregate`, `Aggregate` and `check_postconditions` load it on first use.
"""

import importlib
from typing import TYPE_CHECKING, Any

from edgecase.defenses.registry import minimum_clients, names, parameters, validate

if TYPE_CHECKING:
    from edgecase.defenses.base import Aggregate, aggregate
    from edgecase.defenses.postconditions import check_postconditions

__all__ = [
    "Aggregate",
    "aggregate",
    "check_postconditions",
    "minimum_clients",
    "names",
    "parameters",
    "validate",
]

_NEEDS_TORCH = {
    "Aggregate": "edgecase.defenses.base",
    "aggregate": "edgecase.defenses.base",
    "check_postconditions": "edgecase.defenses.postconditions",
}


def __getattr__(name: str) -> Any:
    if name not in _NEEDS_TORCH:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_NEEDS_TORCH[name]), name)
