"""Put a task's data set on the device, as the clients and the test see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from edgecase import models
from edgecase.base.errors import ConfigError, DataError
from edgecase.base.randomness import numpy_generator
from edgecase.datasets import DATASET_ARRAYS, DATASETS, EDGE_SETS, Dataset, load_npz
from edgecase.datasets.arrays import check_array, check_labels
from edgecase.federation.flat import FlatModel
from edgecase.federation.parameters import CellParameters, ImageSetting
from edgecase.federation.simulate import Classes
from edgecase.federation.stores import ImageStore
from edgecase.federation.transforms import TaskTransforms, task_transforms


@dataclass(frozen=True)
class TaskData:
    """Training and clean test images (uint8 [n, H, W, C]) and labels (int64 [n]) on a device."""

    train_images: torch.Tensor
    train_labels: torch.Tensor
    test_images: torch.Tensor
    test_labels: torch.Tensor
    transforms: TaskTransforms
    num_classes: int

    @property
    def train(self) -> ImageStore:
        return ImageStore(self.train_images, self.train_labels)

    @property
    def test(self) -> ImageStore:
        return ImageStore(self.test_images, self.test_labels)


def task_data(
    arrays: Mapping[str, np.ndarray], parameters: ImageSetting, device: torch.device
) -> TaskData:
    """The arrays of a prepared data set, turned and cut as the task's `parameters` say.

    The switch `orientation` presents digits transposed ("published": EMNIST as distributed, whose
    ARDIS edge cases stay upright) or "upright". `test_samples` keeps a random part of the test
    set, the same for every seed and cell. Raises `ConfigError` if there are fewer.
    """
    dataset = DATASETS[parameters.dataset]
    wanted = {"published": "transposed", "upright": "upright"}[parameters.switches.orientation]
    turn = dataset.stored_orientation is not None and dataset.stored_orientation != wanted
    test = np.arange(len(arrays["y_test"]))
    wanted_samples = parameters.test_samples
    if wanted_samples is not None:
        if wanted_samples > len(test):
            raise ConfigError(
                f"test_samples: {wanted_samples} is more than the {len(test)} of the test set; "
                "allowed: at most these, or null for all"
            )
        chosen = numpy_generator(0, "test-samples").permutation(len(test))
        test = np.sort(chosen[:wanted_samples])

    def images(array: np.ndarray) -> torch.Tensor:
        upright = array.swapaxes(1, 2) if turn else array
        return torch.from_numpy(np.ascontiguousarray(upright)).to(device)

    def labels(array: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(array.astype(np.int64)).to(device)

    return TaskData(
        train_images=images(arrays["x_train"]),
        train_labels=labels(arrays["y_train"]),
        test_images=images(arrays["x_test"][test]),
        test_labels=labels(arrays["y_test"][test]),
        transforms=task_transforms(dataset.shape[2], parameters.switches.transforms),
        num_classes=dataset.num_classes,
    )


def build_model(
    parameters: ImageSetting,
    device: torch.device,
    initial_weights: torch.Generator | None = None,
    dtype: torch.dtype = torch.float32,
) -> FlatModel:
    """The task's freshly initialised model on the device."""
    module = models.build(
        parameters.model.name,
        num_classes=DATASETS[parameters.dataset].num_classes,
        width=parameters.model.width,
        generator=initial_weights,
    )
    return FlatModel(module, device, dtype, head=models.MODELS[parameters.model.name].head)


def open_dataset(path: str | Path, parameters: ImageSetting) -> dict[str, np.ndarray]:
    """The arrays of the prepared file of the task's data set; `DataError` if they are not that."""
    arrays = load_npz(path, DATASET_ARRAYS)
    _check(arrays, DATASETS[parameters.dataset], str(path))
    return arrays


def _check(arrays: Mapping[str, np.ndarray], described: Dataset, where: str) -> None:
    """Raise `DataError` if the arrays are not a labelled set as described, of any size."""
    for split in ("train", "test"):
        labels = arrays[f"y_{split}"]
        count = labels.size
        if not count:
            raise DataError(f"{where}: y_{split} is empty")
        check_labels(labels, f"{where}: y_{split}", count, described.num_classes)
        shape = (count, *described.shape)
        check_array(arrays[f"x_{split}"], f"{where}: x_{split}", shape, np.uint8)


def watched_classes(parameters: CellParameters, data: TaskData) -> Classes:
    """Source, target and raw class of the task's edge set.

    Raises `ConfigError` if `test_samples` leaves no clean test image of one of them.
    """
    edge_set = EDGE_SETS[parameters.edge_set]
    for watched in (edge_set.source_class, edge_set.target_class, edge_set.raw_class):
        if not (data.test_labels == watched).any():
            raise ConfigError(
                f"test_samples: {parameters.test_samples} leaves no test image of class "
                f"{watched}, whose accuracy is recorded; use more"
            )
    return Classes(
        count=DATASETS[parameters.dataset].num_classes,
        source=edge_set.source_class,
        target=edge_set.target_class,
        raw=edge_set.raw_class,
    )
