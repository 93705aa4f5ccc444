"""The data sets and edge sets there are: whatever a file of this folder declares.

A new one is one file with the function that returns its arrays and its `Dataset` or `EdgeSet`.
Importing this package loads nothing heavier than numpy.
"""

import importlib
import pkgutil
from typing import Any

from edgecase.base.errors import ConfigError
from edgecase.datasets.arrays import load_npz
from edgecase.datasets.base import (
    DATASET_ARRAYS,
    Dataset,
    EdgeSet,
    LanguageDataset,
    TextDataset,
)
from edgecase.datasets.wnids import WNIDS

__all__ = [
    "AUTHORS_STARTS",
    "DATASETS",
    "DATASET_ARRAYS",
    "EDGE_SETS",
    "AnyDataset",
    "Dataset",
    "EdgeSet",
    "LanguageDataset",
    "TextDataset",
    "authors_start",
    "images",
    "load_npz",
]

#: stands for any data set whose classes are some of ImageNet's
_IMAGENET = "folders of ImageNet"
#: model → the source of the authors' starting model, trained for the data set named
AUTHORS_STARTS = {
    "vgg9": ("authorsvgg9", "cifar10"),
    "lenet": ("authorslenet", "emnist"),
    "vgg11-imagenet": ("torchvisionvgg11", _IMAGENET),
}

# Downloading needs libraries that nothing else does.
_DECLARING_NOTHING = (
    *("archives", "availability", "by_hand", "fetch", "mirror", "sources"),
    *("folders", "own", "own_files", "own_lines", "photographs"),
)


def _declared(kind: Any) -> dict[str, Any]:
    """Every entry of `kind`, by name; the files in the order of the alphabet."""
    entries: dict[str, Any] = {}
    for module in pkgutil.iter_modules(__path__):
        if module.name in _DECLARING_NOTHING:
            continue
        for value in vars(importlib.import_module(f"{__name__}.{module.name}")).values():
            if isinstance(value, kind) and entries.setdefault(value.name, value) is not value:
                raise ConfigError(f"datasets/{module.name}.py: the name {value.name} is taken")
    return entries


def images(name: str) -> Dataset:
    """The data set `name`; `ConfigError` if it holds no images."""
    dataset = DATASETS[name]
    if not isinstance(dataset, Dataset):
        raise ConfigError(f"dataset: '{name}' holds text; this needs images")
    return dataset


def authors_start(model: str | None, dataset: str) -> str | None:
    """The source of the authors' starting model for `model` on `dataset`; None if there is none."""
    source, trained_on = AUTHORS_STARTS.get(model or "", (None, None))
    if trained_on == _IMAGENET:
        names = DATASETS[dataset].class_names
        return source if names and WNIDS.issuperset(names) else None
    return source if trained_on == dataset else None


AnyDataset = Dataset | TextDataset | LanguageDataset
DATASETS: dict[str, AnyDataset] = _declared(AnyDataset)
EDGE_SETS: dict[str, EdgeSet] = _declared(EdgeSet)
