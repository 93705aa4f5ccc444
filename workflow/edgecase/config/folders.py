"""Give each folder that a configuration names as data set or edge set a name, and describe it.

>>> folder_name("photos/My Flowers", {"size": 32})
'my-flowers-3b5a8f24'
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from edgecase.base.errors import ConfigError, DataError
from edgecase.base.names import unknown_name
from edgecase.base.parameters import parameter, plain, read
from edgecase.datasets import DATASETS, Dataset, TextDataset, folders
from edgecase.datasets.own import SHARES
from edgecase.datasets.own_lines import read_lines, split_lines
from edgecase.datasets.photographs.index import changes, read_index
from edgecase.datasets.photographs.tree import list_images, list_tree
from edgecase.datasets.wnids import check_classes
from edgecase.results import layout

#: key of a configuration under which the descriptions stand; nobody writes it by hand.
FOLDERS = "folders"


@dataclass(frozen=True, kw_only=True)
class DataFolder:
    """Photographs in a folder for each class."""

    folder: str = parameter(
        "class folders of JPEG or PNG files, alone or below `train/` and `val/` or `test/`"
    )
    size: int = parameter(
        "pixels of a side: each photograph is scaled to it by its short side and cut to the middle",
        minimum=8,
        maximum=1024,
        default=32,
    )
    test_share: float = parameter(
        "share of each class kept for the test, where the folder has no split",
        above=0,
        below=1,
        default=0.2,
    )
    in_memory: bool = parameter(
        "all pictures are scaled and held in memory, or stay in their files: those of a round's "
        "clients are decoded for it, and trained on in random crops of `size` pixels",
        default=True,
    )
    classes: Literal["any", "imagenet", "subset"] = parameter(
        "what the class folders may be: any, ImageNet's 1000 by their WordNet ids, or some of them",
        default="any",
    )


@dataclass(frozen=True, kw_only=True)
class EdgeFolder:
    """Edge cases of one class that the attacker labels another."""

    folder: str = parameter(
        "JPEG or PNG files, alone or below `train/`, `test/` and `honest/`; for a text task, a "
        "text file with a line for each"
    )
    source: str = parameter("the class that they belong to")
    target: str = parameter("the class that the attacker wants")


def named(config: Mapping[str, Any]) -> dict[str, Any]:
    """`config` with a name in the place of each folder, and under `folders` what they hold.

    The names are known in this process from here on. Raises one `ConfigError` with every folder
    that cannot be used.
    """
    found: dict[str, dict[str, Any]] = {}
    told: list[str] = []
    if FOLDERS in config:
        told.append(
            f"{FOLDERS}: is unknown; a folder is named as `dataset` or `edge_set` of a task"
        )
    tasks = config.get("tasks")
    changed = dict(tasks) if isinstance(tasks, Mapping) else {}
    for task, body in changed.items():
        if not isinstance(body, Mapping):
            continue
        own = dict(body)
        for key, describe in (("dataset", _data_folder), ("edge_set", _edge_folder)):
            if not isinstance(body.get(key), Mapping):
                continue
            if isinstance(own.get("dataset"), Mapping) and key == "edge_set":
                continue  # its classes are not known
            where = f"tasks.{task}.{key}"
            try:
                name, about = describe(body[key], own.get("dataset"), where)
            except (ConfigError, DataError) as error:
                told += [_placed(where, problem) for problem in _problems(error)]
                continue
            found[name] = about
            own[key] = name
            folders.register({name: about})
        changed[task] = own
    told += [
        f"overrides.{name}.{key}: a folder stands in a task, not in an override"
        for name, key in _folders_of_overrides(config)
    ]
    if told:
        raise ConfigError(told)
    return {**config, "tasks": changed, FOLDERS: found} if found else dict(config)


def folder_name(folder: str, options: Mapping[str, Any]) -> str:
    """A name for files: that of the folder, and a digest of its path as written and its options."""
    words = re.sub("[^a-z0-9]+", "-", Path(folder).name.lower()).strip("-") or "folder"
    written = json.dumps([folder, options], sort_keys=True)
    return f"{words[:40]}-{hashlib.sha256(written.encode()).hexdigest()[:8]}"


def _data_folder(value: Mapping, _: object, where: str) -> tuple[str, dict[str, Any]]:
    chosen = read(DataFolder, value, f"{where}.")
    name = folder_name(chosen.folder, plain(chosen))
    path = Path(chosen.folder)
    index = Path(layout.index(name))
    if not path.exists() and index.exists():
        records = read_index(index)
        classes = sorted({record.class_name for record in records})
        counts = [sum(record.split == split for record in records) for split in ("train", "test")]
    else:
        tree = list_tree(path)
        _unchanged(path, index)
        classes, counts = list(tree.classes), [len(tree.train), len(tree.test)]
        if not tree.split:
            kept = round(chosen.test_share * len(tree.train))
            counts = [len(tree.train) - kept, kept]
    if chosen.classes != "any":
        check_classes(classes, whole=chosen.classes == "imagenet", where=f"{where}.classes")
    about = {"classes": classes, "size": chosen.size, "in_memory": chosen.in_memory}
    return name, about | {"counts": counts, "path": chosen.folder, "test_share": chosen.test_share}


def _edge_folder(value: Mapping, dataset: object, where: str) -> tuple[str, dict[str, Any]]:
    chosen = read(EdgeFolder, value, f"{where}.")
    described = DATASETS.get(dataset) if isinstance(dataset, str) else None
    if described is None or not described.class_names:
        raise ConfigError(
            f"{where}: needs a `dataset` whose samples have classes; allowed: a data set of images "
            "or of sentences"
        )
    numbers = []
    for key, wanted in (("source", chosen.source), ("target", chosen.target)):
        if problem := unknown_name(wanted, described.class_names):
            raise ConfigError(f"{where}.{key}: {problem}")
        numbers.append(described.class_names.index(wanted))
    if numbers[0] == numbers[1]:
        raise ConfigError(f"{where}.target: '{chosen.target}' is the source class; name another")
    path = Path(chosen.folder)
    if isinstance(described, TextDataset):
        about: dict[str, Any] = {"lines": True}
    else:
        assert isinstance(described, Dataset)
        about = {"lines": False, "shape": list(described.edge_shape)}
    classes = {"source": numbers[0], "target": numbers[1]}
    name = folder_name(chosen.folder, plain(chosen) | about | classes)
    index = Path(layout.index(name))
    if about["lines"]:
        counts = {part: len(own) for part, own in split_lines(read_lines(path)).items()}
    elif not path.exists() and index.exists():
        records = read_index(index)
        counts = {
            part: sum(r.split == part for r in records) for part in ("train", "honest", "test")
        }
    else:
        tree = list_images(path)
        _unchanged(path, index)
        counts = {part: len(getattr(tree, part)) for part in ("train", "honest", "test")}
        if not tree.split:
            total = counts["train"]
            parts = dict(zip(counts, SHARES, strict=True))
            counts = {part: max(1, round(share * total)) for part, share in parts.items()}
    return name, about | classes | {"counts": counts, "path": chosen.folder}


def _unchanged(folder: Path, index: Path) -> None:
    """Raise `DataError` if the folder holds other files than when it was indexed."""
    if index.exists() and (told := changes(folder, index)):
        raise DataError(
            f"{told}. Put the folder back as it was, or remove {index} to have it prepared again"
        )


def _folders_of_overrides(config: Mapping) -> Iterator[tuple[str, str]]:
    overrides = config.get("overrides")
    for name, body in (overrides if isinstance(overrides, Mapping) else {}).items():
        for key in ("dataset", "edge_set"):
            if isinstance(body, Mapping) and isinstance(body.get(key), Mapping):
                yield name, key


def _problems(error: ConfigError | DataError) -> list[str]:
    return list(getattr(error, "problems", None) or [str(error)])


def _placed(where: str, problem: str) -> str:
    return problem if problem.startswith(where) else f"{where}: {problem}"
