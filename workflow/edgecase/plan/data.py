"""List the downloads that a configuration needs, and the prepared files that are made of them."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from edgecase.config import mark_datasets, resolve_cell, resolve_task
from edgecase.datasets import AUTHORS_STARTS, DATASETS, EDGE_SETS
from edgecase.densities import settings as density_settings
from edgecase.results.cells import DEFAULT, all_cells


def sources(config: Mapping) -> dict[str, str | None]:
    """Source → the data set or edge set that is prepared from it, None for a starting model."""
    needed: dict[str, str | None] = {}
    for name in dict.fromkeys(_prepared(config)):
        described = DATASETS.get(name) or EDGE_SETS[name]
        needed |= dict.fromkeys(described.sources, name)
    return needed | dict.fromkeys(_starts(config))


def _tasks(config: Mapping) -> Iterator[dict]:
    """Every task with every override that the run uses, those of figure 2 included."""
    used = [(cell.task, cell.override) for cell in all_cells(config)]
    used += [(task, DEFAULT) for task in config.get("densities", {}).get("tasks", [])]
    for task, override in dict.fromkeys(used):
        yield resolve_task(config, task, override)


def _prepared(config: Mapping) -> Iterator[str]:
    for task in _tasks(config):
        yield from (task["dataset"], task["edge_set"])
    for cell in all_cells(config):
        yield from mark_datasets(resolve_cell(config, cell)["defense"])
    section = config.get("densities", {"tasks": []})
    datasets = {name: body["dataset"] for name, body in config["tasks"].items()}
    for task in section["tasks"]:
        yield density_settings.out_of_distribution(task, section, datasets)


def _starts(config: Mapping) -> Iterator[str]:
    for task in _tasks(config):
        if task["start"] == "authors":
            yield AUTHORS_STARTS[task["model"]["name"]][0]


def made_of(config: Mapping, folder: Path) -> dict[str, Path]:
    """Source → the prepared file in `folder` that is made of it."""
    return {source: folder / f"{name}.npz" for source, name in sources(config).items() if name}
