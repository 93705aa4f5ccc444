"""Declare the parameters of the densities, check them, and choose the data set from elsewhere."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from edgecase.base.names import unknown_name
from edgecase.base.parameters import parameter
from edgecase.datasets import DATASETS, Dataset, images
from edgecase.federation.parameters import DataSwitches, ModelParameters, own_folders


@dataclass(frozen=True, kw_only=True)
class Mixture:
    """The Gaussian mixture of figure 2 and the images that it is fitted to and tells of."""

    components: int = parameter(
        "Gaussians in the mixture, with full covariances; at most `train_samples`", minimum=1
    )
    variance: float = parameter(
        "share of the training features' variance that their projection on principal components "
        "keeps",
        above=0,
        below=1,
    )
    train_samples: int = parameter(
        "random training images the mixture is fitted to, drawn per seed; at most all", minimum=1
    )
    test_samples: int = parameter(
        "random test images, of the task and of the data set compared, drawn per seed; at most all",
        minimum=1,
    )


@dataclass(frozen=True, kw_only=True)
class DensityParameters(Mixture):
    """What the log-densities of a task depend on."""

    dataset: str = parameter("the task's data set")
    edge_set: str = parameter("its edge-case images")
    model: ModelParameters = parameter("the network whose features are taken")
    comparison: str = parameter("the data set from elsewhere")
    folders: dict[str, Any] | None = own_folders()
    switches: DataSwitches = parameter("how samples are presented", default=DataSwitches())


def problems(section: Mapping, datasets: Mapping[str, str | None]) -> Iterator[str]:
    """What is wrong with the section beyond its schema, one line for each key.

    `datasets` maps each task of the configuration to its data set, or to None where that is not
    known.
    """
    chosen = section.get("out_of_distribution", {})
    for key, names in (("tasks", section["tasks"]), ("out_of_distribution", chosen)):
        for name in names:
            if problem := unknown_name(name, datasets):
                yield f"{key}: {problem}"
    for task in section["tasks"]:
        name = datasets.get(task)
        if name in DATASETS and not isinstance(DATASETS[name], Dataset):
            yield f"tasks: '{task}' is of text; figure 2 takes tasks of images"
        elif name in DATASETS and DATASETS[name].in_files:
            yield f"tasks: '{task}' has photographs in files; figure 2 takes those in memory"
    of_images = [name for name, described in DATASETS.items() if isinstance(described, Dataset)]
    for task, name in chosen.items():
        if name in DATASETS and name not in of_images:
            yield f"out_of_distribution.{task}: '{name}' holds text; figure 2 takes images"
        elif problem := unknown_name(name, of_images):
            yield f"out_of_distribution.{task}: {problem}"
        elif name == datasets.get(task):
            yield f"out_of_distribution.{task}: '{name}' is the task's own data set; name another"
    if section["components"] > section["train_samples"]:
        yield (
            f"components: {section['components']} is more than train_samples, "
            f"{section['train_samples']}"
        )


def out_of_distribution(task: str, section: Mapping, datasets: Mapping[str, str]) -> str:
    """The data set that is compared with `task`: the one named, else one of the other kind.

    Of the other kind, digits for colour and colour for digits, is the first data set of the
    section's tasks, which the run prepares anyway; else the stand-in, which is drawn, not
    downloaded. `datasets` maps each task to its data set.
    """
    chosen = section.get("out_of_distribution", {})
    if task in chosen:
        return chosen[task]
    standins = [
        name
        for name, dataset in DATASETS.items()
        if isinstance(dataset, Dataset) and dataset.standin and not dataset.photographs
    ]
    candidates = [*(datasets[name] for name in section["tasks"]), *standins]
    channels = images(datasets[task]).shape[2]
    return next(name for name in candidates if images(name).shape[2] != channels)
