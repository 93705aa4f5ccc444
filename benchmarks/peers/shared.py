"""What every peer needs of a workload: its participants' samples, and the plain model."""

from dataclasses import dataclass

import torch
from torch import nn

from benchmarks.plain_models import starting_model
from benchmarks.workload import Workload
from edgecase.attacks import LocalTraining
from edgecase.base.errors import ConfigError
from edgecase.datasets import DATASETS
from edgecase.federation.transforms import task_transforms


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
    parameters, arrays = workload.parameters, workload.arrays
    channels = DATASETS[parameters.dataset].shape[2]
    view = task_transforms(channels, parameters.switches.transforms).honest
    if view.padding is not None or any(part.attacks for part in workload.parts):
        raise ConfigError(f"{who}: has no augmentation and no attackers")
    (training,) = {part.training for part in workload.parts}
    samples = {}
    for part in workload.parts:
        rows = workload.clients.client(part.client)
        images = view.test(torch.from_numpy(arrays["x_train"][rows])).contiguous()
        samples[part.client] = images, torch.from_numpy(arrays["y_train"][rows])
    start = starting_model(parameters, who)
    if not dropout:
        without_dropout(start)
    return PlainRound(samples, start, training)


def without_dropout(module: nn.Module) -> None:
    """Let `module` drop nothing, so that a round is the same everywhere but for rounding."""
    for layer in module.modules():
        if isinstance(layer, nn.Dropout | nn.Dropout2d):
            layer.p = 0.0
