"""The configuration's key `densities`: what is wrong with it, and the set from elsewhere."""

from collections.abc import Iterator, Mapping

from edgecase.base.names import unknown_name
from edgecase.datasets import DATASETS


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
    for task, name in chosen.items():
        if problem := unknown_name(name, DATASETS):
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
    standins = [name for name, dataset in DATASETS.items() if dataset.standin]
    candidates = [*(datasets[name] for name in section["tasks"]), *standins]
    channels = DATASETS[datasets[task]].shape[2]
    return next(name for name in candidates if DATASETS[name].shape[2] != channels)
