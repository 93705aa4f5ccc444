"""From a configuration to the resolved parameters of a cell.

`combine` merges its files and `load` reads one, `check` finds every problem of it before any work
starts, `resolve_task` and `resolve_cell` give the values that a job works with, and the variants
say which overrides share files with the task as it is.
"""

from edgecase.config.check import check
from edgecase.config.files import combine, load
from edgecase.config.resolve import (
    folders_of,
    held_apart,
    mark_datasets,
    resolve_cell,
    resolve_start,
    resolve_task,
)
from edgecase.config.targets import check_share, defense_to_judge
from edgecase.config.variants import partition_variant, poison_variant, pretrain_variant
from edgecase.federation.switches import SWITCHES

__all__ = [
    "SWITCHES",
    "check",
    "check_share",
    "combine",
    "defense_to_judge",
    "folders_of",
    "held_apart",
    "load",
    "mark_datasets",
    "partition_variant",
    "poison_variant",
    "pretrain_variant",
    "resolve_cell",
    "resolve_start",
    "resolve_task",
]
