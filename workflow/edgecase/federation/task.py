"""Put a task's data set on the device, as the clients and the test see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from edgecase import models
from edgecase.base.errors import ConfigError, DataError
from edgecase.base.randomness import numpy_generator
from edgecase.datasets import (
    DATASETS,
    EDGE_SETS,
    Dataset,
    LanguageDataset,
    TextDataset,
    load_npz,
)
from edgecase.datasets.arrays import check_array, check_labels
from edgecase.datasets.own_files import mapped_beside
from edgecase.datasets.photographs.mapped import open_mapped
from edgecase.datasets.text import padded, words_of
from edgecase.federation.flat import FlatModel
from edgecase.federation.parameters import CellParameters, DataSetting
from edgecase.federation.photographs import MappedStore, PhotographStore
from edgecase.federation.segments import check_segments, columns
from edgecase.federation.sequences import check_text
from edgecase.federation.simulate import NO_CLASSES, Classes
from edgecase.federation.stores import ImageStore, SegmentStore, Store, TokenStore
from edgecase.federation.transforms import PHOTOGRAPHS, TaskTransforms, task_transforms


@dataclass(frozen=True)
class TaskData:
    """The training set and the clean test set on a device, and who sees them how.

    `of_data` is what the data decides of a model, for one that has to know more than its classes.
    `columns` are the test segments that stand side by side, of a text to predict.
    """

    train: Store
    test: Store
    transforms: TaskTransforms
    num_classes: int
    of_data: Mapping[str, Any] = field(default_factory=dict)
    columns: int | None = None

    @property
    def device(self) -> torch.device:
        return self.train.labels.device


def task_data(
    arrays: Mapping[str, np.ndarray], parameters: DataSetting, device: torch.device
) -> TaskData:
    """The arrays of a prepared data set, presented and cut as the task's `parameters` say.

    `test_samples` keeps a random part of the test set, the same for every seed and cell, or the
    beginning of a text to predict. Raises `ConfigError` if there are fewer.
    """
    dataset = DATASETS[parameters.dataset]
    test = np.arange(len(arrays["y_test"]))
    wanted_samples = parameters.test_samples
    if wanted_samples is not None:
        if wanted_samples > len(test):
            raise ConfigError(
                f"test_samples: {wanted_samples} is more than the {len(test)} of the test set; "
                "allowed: at most these, or null for all"
            )
        if not isinstance(dataset, LanguageDataset):
            test = numpy_generator(0, "test-samples").permutation(len(test))
        test = np.sort(test[:wanted_samples])
    if isinstance(dataset, LanguageDataset):
        return _segments(arrays, test, device)
    if isinstance(dataset, TextDataset):
        return _sentences(arrays, dataset, test, parameters, device)
    assert isinstance(dataset, Dataset)
    if dataset.in_files:
        return _photographs(arrays, dataset, test, device)
    return _images(arrays, dataset, test, parameters, device)


def image_transforms(dataset: Dataset, transforms: str) -> TaskTransforms:
    """How images in memory are seen; of photographs, the switch `transforms` says nothing."""
    return PHOTOGRAPHS if dataset.photographs else task_transforms(dataset.shape[2], transforms)


def _images(
    arrays: Mapping[str, np.ndarray],
    dataset: Dataset,
    test: np.ndarray,
    parameters: DataSetting,
    device: torch.device,
) -> TaskData:
    """The switch `orientation` presents digits transposed ("published": EMNIST as distributed,
    whose ARDIS edge cases stay upright) or "upright"."""
    wanted = {"published": "transposed", "upright": "upright"}[parameters.switches.orientation]
    turn = dataset.stored_orientation is not None and dataset.stored_orientation != wanted

    def images(array: np.ndarray) -> torch.Tensor:
        upright = array.swapaxes(1, 2) if turn else array
        return torch.from_numpy(np.ascontiguousarray(upright)).to(device)

    return TaskData(
        train=ImageStore(images(arrays["x_train"]), _labels(arrays["y_train"], device)),
        test=ImageStore(images(arrays["x_test"][test]), _labels(arrays["y_test"][test], device)),
        transforms=image_transforms(dataset, parameters.switches.transforms),
        num_classes=dataset.num_classes,
    )


def _photographs(
    arrays: Mapping[str, np.ndarray], dataset: Dataset, test: np.ndarray, device: torch.device
) -> TaskData:
    """Photographs are decoded in as many threads as torch computes in."""
    size = dataset.shape[0]
    train = PhotographStore.of(
        Path(words_of(arrays["folder"])[0]),
        words_of(arrays["names_train"]),
        _labels(arrays["y_train"], device),
        size=size,
        side=dataset.edge_shape[0],
        threads=torch.get_num_threads(),
    )
    return TaskData(
        train=train,
        test=MappedStore(arrays["x_test"], test, _labels(arrays["y_test"][test], device), size),
        transforms=TaskTransforms(None, None, None),
        num_classes=dataset.num_classes,
    )


def _sentences(
    arrays: Mapping[str, np.ndarray],
    dataset: TextDataset,
    test: np.ndarray,
    parameters: DataSetting,
    device: torch.device,
) -> TaskData:
    """The switch `padding` fills sentences up on the right ("masked") or on the left."""
    padding = parameters.switches.padding

    def store(split: str, rows: np.ndarray | slice) -> TokenStore:
        tokens = padded(
            arrays[f"x_{split}"], arrays[f"offsets_{split}"], dataset.max_length, padding
        )
        labels = _labels(arrays[f"y_{split}"][rows], device)
        tensor = torch.from_numpy(tokens[rows]).to(device)
        return TokenStore(tensor, labels, on_left=padding == "left100")

    return TaskData(
        train=store("train", slice(None)),
        test=store("test", test),
        transforms=TaskTransforms(None, None, None),
        num_classes=dataset.num_classes,
        of_data={"words": len(words_of(arrays["words"])), "padding": padding},
    )


def _segments(arrays: Mapping[str, np.ndarray], test: np.ndarray, device: torch.device) -> TaskData:
    train, tested = arrays["x_train"], arrays["x_test"][test]
    return TaskData(
        train=SegmentStore.of(torch.from_numpy(train).to(device)),
        test=SegmentStore.of(torch.from_numpy(tested).to(device)),
        transforms=TaskTransforms(None, None, None),
        num_classes=0,
        of_data={"words": len(words_of(arrays["words"]))},
        columns=columns(tested),
    )


def _labels(array: np.ndarray, device: torch.device) -> torch.Tensor:
    return torch.from_numpy(array.astype(np.int64)).to(device)


def build_model(
    parameters: DataSetting,
    data: TaskData,
    initial_weights: torch.Generator | None = None,
    dtype: torch.dtype = torch.float32,
) -> FlatModel:
    """The task's freshly initialised model, on the device of its data."""
    module = models.build(
        parameters.model.name,
        num_classes=data.num_classes,
        width=parameters.model.width,
        generator=initial_weights,
        **data.of_data,
    )
    return FlatModel(module, data.device, dtype, head=models.MODELS[parameters.model.name].head)


def open_dataset(path: str | Path, parameters: DataSetting) -> dict[str, np.ndarray]:
    """The arrays of the prepared file of the task's data set; `DataError` if they are not that."""
    described = DATASETS[parameters.dataset]
    arrays = load_npz(path, described.arrays)
    if isinstance(described, LanguageDataset):
        check_segments(arrays, described, str(path))
    elif isinstance(described, TextDataset):
        check_text(arrays, described, str(path))
    elif isinstance(described, Dataset) and described.in_files:
        _check_labels(arrays, described, str(path))
        digest = words_of(arrays["test_sha256"])[0]
        arrays["x_test"] = open_mapped(mapped_beside(path), digest)
    elif isinstance(described, Dataset):
        _check(arrays, described, str(path))
    return arrays


def _check(arrays: Mapping[str, np.ndarray], described: Dataset, where: str) -> None:
    """Raise `DataError` if the arrays are not a labelled set as described, of any size."""
    for split, count in _check_labels(arrays, described, where).items():
        shape = (count, *described.shape)
        check_array(arrays[f"x_{split}"], f"{where}: x_{split}", shape, np.uint8)


def _check_labels(
    arrays: Mapping[str, np.ndarray], described: Dataset, where: str
) -> dict[str, int]:
    """How many samples training and test have; `DataError` if a label is none of a class."""
    counts = {split: arrays[f"y_{split}"].size for split in ("train", "test")}
    for split, count in counts.items():
        if not count:
            raise DataError(f"{where}: y_{split} is empty")
        check_labels(arrays[f"y_{split}"], f"{where}: y_{split}", count, described.num_classes)
    return counts


def watched_classes(parameters: CellParameters, data: TaskData) -> Classes:
    """Source, target and raw class of the task's edge set; none of a task without classes.

    Raises `ConfigError` if `test_samples` leaves no clean test sample of one of them.
    """
    if not data.num_classes:
        return NO_CLASSES
    edge_set = EDGE_SETS[parameters.edge_set]
    for watched in (edge_set.source_class, edge_set.target_class, edge_set.raw_class):
        if not (data.test.labels == watched).any():
            raise ConfigError(
                f"test_samples: {parameters.test_samples} leaves no test sample of class "
                f"{watched}, whose accuracy is recorded; use more"
            )
    return Classes(
        count=data.num_classes,
        source=edge_set.source_class,
        target=edge_set.target_class,
        raw=edge_set.raw_class,
    )
