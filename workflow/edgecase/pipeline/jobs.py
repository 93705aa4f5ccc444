"""Say what each job of a run reads and is told: files and parameters, by task, variant and cell."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from edgecase import config as configuration
from edgecase.datasets import AUTHORS_STARTS, DATASETS, EDGE_SETS
from edgecase.densities import settings as density_settings
from edgecase.results import layout
from edgecase.results.cells import DEFAULT, Cell


def as_json(value: object) -> str:
    """A parameter as one line of text with a fixed order of keys: equal values, equal jobs."""
    return json.dumps(value, sort_keys=True)


def raw_folders(name: str) -> list[str]:
    """The folders of verified files that a data set or an edge set is prepared from."""
    described = DATASETS.get(name) or EDGE_SETS[name]
    return [layout.raw(source) for source in described.sources]


@dataclass(frozen=True)
class Jobs:
    """What the jobs of the run that `config` declares read and are told.

    Snakemake asks for each of it many times over, so it is worked out once per task and override,
    or per cell: neither the configuration nor what is returned is to be changed.
    """

    config: Mapping
    _known: dict[tuple, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def run(self) -> layout.Run:
        return layout.Run(self.config["run"])

    @property
    def seeds(self) -> list[int]:
        """In order, so that another order in the configuration is the same run."""
        return sorted(self.config["seeds"])

    def task(self, task: str, override: str = DEFAULT) -> dict[str, Any]:
        """The task's parameters, resolved."""
        return self._once(configuration.resolve_task, task, override)

    def checkpoint(self, task: str, variant: str) -> list[str]:
        """The folder of the authors' checkpoint, where the task starts from it."""
        resolved = self.task(task, variant)
        if resolved["start"] != "authors":
            return []
        return [layout.raw(AUTHORS_STARTS[resolved["model"]["name"]][0])]

    def start_parameters(self, task: str, variant: str) -> dict[str, Any]:
        """What the starting model depends on, and nothing else."""
        return configuration.resolve_start(self.task(task, variant))

    def start(self, task: str, override: str, ending: str = "safetensors") -> str:
        """The starting model of a task under an override, or with "json" its record."""
        variant = self._once(configuration.pretrain_variant, task, override)
        return self.run.start(task, variant, ending)

    def starts(self, cells: Iterable[Cell]) -> list[str]:
        """The records of the starting models of the cells, each once."""
        return list(dict.fromkeys(self.start(cell.task, cell.override, "json") for cell in cells))

    def partitions(self, cell: Cell, ending: str = "npz") -> list[str]:
        """The partition of every seed, or with "json" its record."""
        variant = self._once(configuration.partition_variant, cell.task, cell.override)
        return [self.run.partition(cell.task, variant, seed, ending) for seed in self.seeds]

    def partition_records(self, cells: Iterable[Cell]) -> list[str]:
        """The records of the partitions of the cells, each once."""
        records = (path for cell in cells for path in self.partitions(cell, "json"))
        return list(dict.fromkeys(records))

    def poisons(self, cell: Cell) -> list[str]:
        """The poisoned sets of every seed."""
        variant = self._once(configuration.poison_variant, cell.task, cell.override)
        return [self.run.poison(cell.task, cell.case, variant, seed) for seed in self.seeds]

    def marks(self, cell: Cell) -> list[str]:
        """The prepared file of the data set that the cell's defense marks models with, if any."""
        named = configuration.mark_datasets(self.cell_parameters(cell)["defense"])
        return [layout.prepared(name) for name in named]

    def held_apart(self, task: str, variant: str, seed: str, **others: str) -> list[str]:
        """The partition that a poisoned set's clean samples keep out of, if it does."""
        if not configuration.held_apart(self.task(task, variant)):
            return []
        own = self._once(configuration.partition_variant, task, variant)
        return [self.run.partition(task, own, seed)]

    def cell_parameters(self, cell: Cell) -> dict[str, Any]:
        """What the cell depends on, and nothing else."""
        return self._once(configuration.resolve_cell, cell)

    def density_parameters(self, task: str) -> dict[str, Any]:
        """What the log-densities of a task depend on, and nothing else."""
        resolved = self.task(task)
        section = self.config["densities"]
        datasets = {name: body["dataset"] for name, body in self.config["tasks"].items()}
        own = {key: resolved[key] for key in ("dataset", "edge_set", "model")}
        own["comparison"] = density_settings.out_of_distribution(task, section, datasets)
        own["switches"] = configuration.resolve_start(resolved)["switches"]
        own |= configuration.folders_of(
            self.config, own["dataset"], own["edge_set"], own["comparison"]
        )
        keys = ("components", "variance", "train_samples", "test_samples")
        return own | {key: section[key] for key in keys}

    def folders(self, task: str, variant: str = DEFAULT) -> dict[str, Any]:
        """What a task's folders hold: nothing where it has none."""
        return self.task(task, variant)["folders"].get("folders", {})

    def density_data(self, task: str, key: str) -> str:
        """The prepared file of the task's `dataset`, or of the `comparison` of figure 2."""
        return layout.prepared(self.density_parameters(task)[key])

    def _once(self, resolve: Callable[..., Any], *about: Any) -> Any:
        """`resolve(config, *about)`, called for the first of equal questions alone."""
        question = (resolve, *about)
        if question not in self._known:
            self._known[question] = resolve(self.config, *about)
        return self._known[question]
