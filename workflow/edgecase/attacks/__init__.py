"""What an attacker does differently from an honest client: one file per part of an attack.

Importing this package imports every file in it, which registers itself; none needs torch.
"""

import importlib
import pkgutil

from edgecase.attacks.base import LocalTraining
from edgecase.attacks.contract import Attack, Cohort, Part, RoundView
from edgecase.attacks.hooks import GradientClipping, Hook, Projection, Proximal, Step
from edgecase.attacks.registry import (
    NO_ATTACK,
    all_parts,
    attack,
    bases,
    declared,
    names,
    part_types,
    register,
    split_name,
    task_keys,
    task_parameters,
)

__all__ = [
    "NO_ATTACK",
    "Attack",
    "Cohort",
    "GradientClipping",
    "Hook",
    "LocalTraining",
    "Part",
    "Projection",
    "Proximal",
    "RoundView",
    "Step",
    "all_parts",
    "attack",
    "bases",
    "declared",
    "names",
    "part_types",
    "register",
    "split_name",
    "task_keys",
    "task_parameters",
]

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
