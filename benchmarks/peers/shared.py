"""What every peer needs of a workload: its participants' samples, and the plain model."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from benchmarks.plain_models import starting_model
from benchmarks.workload import Workload
from edgecase.attacks import LocalTraining
from edgecase.base.errors import ConfigError
from edgecase.datasets import DATASETS
from edgecase.federation.transforms import TaskTransforms, Transform, task_transforms


@dataclass(frozen=True)
class PlainRound:
    """A round without attackers and augmentation.

    `samples` holds of every participant its images, normalised [n, C, H, W], and labels [n]; all
    start from the model `start`.
    """

    samples: dict[int, tuple[torch.Tensor, torch.Tensor]]
    start: nn.Module
    training: LocalTraining


def plain_round(workload: Workload, who: str, *, dropout: bool) -> PlainRound:
    """The round of `workload`; `ConfigError`, in the name of `who`, if it is not so plain."""
    augmented = views(workload).honest.padding is not None
    if augmented or any(part.attacks for part in workload.parts):
        raise ConfigError(f"{who}: has no augmentation and no attackers")
    (training,) = {part.training for part in workload.parts}
    start = starting_model(workload.parameters, who)
    if not dropout:
        without_dropout(start)
    return PlainRound(samples_of_participants(workload, torch.device("cpu")), start, training)


def views(workload: Workload) -> TaskTransforms:
    """How images are seen in training and in tests."""
    channels = DATASETS[workload.parameters.dataset].shape[2]
    return task_transforms(channels, workload.parameters.switches.transforms)


def samples_of_participants(
    workload: Workload, device: torch.device
) -> dict[int, tuple[torch.Tensor, torch.Tensor]]:
    """Client → its images and labels, as in `PlainRound`."""
    view, arrays = views(workload).honest, workload.arrays
    own = {part.client: workload.clients.client(part.client) for part in workload.parts}
    return {
        client: normalised(arrays["x_train"][rows], arrays["y_train"][rows], view, device)
        for client, rows in own.items()
    }


def normalised(
    images: np.ndarray, labels: np.ndarray, view: Transform, device: torch.device
) -> tuple[torch.Tensor, torch.Tensor]:
    """Images, normalised once as in pfl's benchmark, and their labels."""
    seen = view.test(torch.from_numpy(images).to(device)).contiguous()
    return seen, torch.from_numpy(labels).to(device)


def without_dropout(module: nn.Module) -> None:
    """Let `module` drop nothing, so that a round is the same everywhere but for rounding."""
    for layer in module.modules():
        if isinstance(layer, nn.Dropout | nn.Dropout2d):
            layer.p = 0.0
