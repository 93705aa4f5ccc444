"""Defenses of the server: the updates of a round [m, P] become one aggregate [P].

Importing this package imports every file in it, which registers its own rules; none needs torch.
"""

import importlib
import pkgutil

from edgecase.defenses.composed import composed, composed_problems
from edgecase.defenses.contract import Aggregate, RoundInputs, Rule
from edgecase.defenses.registry import (
    known_names,
    names,
    parameters,
    register,
    rule,
    rule_class,
    validate,
)
from edgecase.defenses.run import run
from edgecase.defenses.steps import step_class, step_names

__all__ = [
    "Aggregate",
    "RoundInputs",
    "Rule",
    "composed",
    "composed_problems",
    "known_names",
    "names",
    "parameters",
    "register",
    "rule",
    "rule_class",
    "run",
    "step_class",
    "step_names",
    "validate",
]

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
