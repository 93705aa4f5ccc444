"""Know a folder of one's own by a name, as any other data set or edge set.

The configuration describes each folder once, as plain values (`edgecase.config.folders`); whoever
gets them, a job among its parameters, calls `register` before it asks for the names.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from edgecase.base.errors import ConfigError
from edgecase.datasets import DATASETS, EDGE_SETS
from edgecase.datasets.base import (
    DATASET_ARRAYS,
    FILE_ARRAYS,
    LINE_ARRAYS,
    PHOTOGRAPH_ARRAYS,
    Dataset,
    EdgeSet,
)

#: folder → how many images it has: of a data set those of training and test, of an edge set those
#: of each array. Known where the configuration is read, and not in a job.
COUNTS: dict[str, Any] = {}

#: what a description of a data set and of an edge set holds that changes no number of a job.
_OF_THE_MACHINE = ("path", "counts")


def register(descriptions: Mapping[str, Mapping[str, Any]] | None) -> None:
    """Make the described folders known by their names, in `DATASETS` and `EDGE_SETS`.

    A data set's description has `classes`, `size` and whether it is held `in_memory`; an edge set's
    the numbers of its `source` and `target` class, and whether it holds `lines`.
    """
    for name, about in (descriptions or {}).items():
        if "counts" in about:
            COUNTS[name] = about["counts"]
        if "classes" in about:
            shape = (about["size"], about["size"], 3)
            DATASETS[name] = Dataset(
                name=name,
                build=_prepared,
                own=True,
                photographs=True,
                shape=shape,
                class_names=tuple(about["classes"]),
                arrays=DATASET_ARRAYS if about["in_memory"] else FILE_ARRAYS,
            )
        else:
            EDGE_SETS[name] = EdgeSet(
                name=name,
                build=_prepared,
                own=True,
                source_class=about["source"],
                target_class=about["target"],
                raw_class=about["source"],
                arrays=LINE_ARRAYS if about["lines"] else PHOTOGRAPH_ARRAYS,
            )


def known(names: Iterable[str]) -> dict[str, Any]:
    """What another process has to `register` of those of `names` that are data sets of folders."""
    entries = {name: DATASETS.get(name) for name in names}
    return {
        name: {
            **{"classes": list(entry.class_names), "size": entry.shape[0]},
            "in_memory": not entry.in_files,
        }
        for name, entry in entries.items()
        if isinstance(entry, Dataset) and entry.own
    }


def described(config: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What a configuration's `folders` say of one, without what is the machine's."""
    return of_a_job(config["folders"], name)[name]


def of_a_job(descriptions: Mapping[str, Mapping[str, Any]], *names: str) -> dict[str, Any]:
    """The descriptions of those of `names` that are folders, without what is the machine's."""
    return {
        name: {
            key: value for key, value in descriptions[name].items() if key not in _OF_THE_MACHINE
        }
        for name in names
        if name in descriptions
    }


def _prepared() -> Any:
    raise ConfigError("a folder is prepared by workflow/scripts/prepare_folder.py")
