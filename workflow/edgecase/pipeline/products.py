"""List the files that a run makes of its cells: figures, tables, and the pages of its report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from edgecase.datasets import DATASETS, Dataset
from edgecase.figures.style import looks_of
from edgecase.report.contents import Contents
from edgecase.results import layout
from edgecase.results.cells import Cell
from edgecase.sharing import MANIFEST

FIGURE_1 = "fig1"
#: what a reader of a run looks at first.
OVERVIEW = "heatmap"


@dataclass(frozen=True)
class Products:
    """What the run that `config` declares makes of its `cells`.

    `targets` are what Snakemake is asked for, among its other arguments.
    """

    config: Mapping
    cells: Sequence[Cell]
    targets: Sequence[str]

    @property
    def run(self) -> layout.Run:
        return layout.Run(self.config["run"])

    @property
    def figure_names(self) -> list[str]:
        """The figures over cells, the one of all attacks and defenses first."""
        names = [name for name, blocks in self.config["figures"].items() if blocks]
        return sorted(names, key=lambda name: name != OVERVIEW)

    @property
    def looks(self) -> dict:
        """What the configuration says about the looks of figures, for `figures.style.using`."""
        return looks_of(self.config)

    @property
    def density_tasks(self) -> list[str]:
        """The tasks of figure 2."""
        return self.config.get("densities", {}).get("tasks", [])

    @property
    def contents(self) -> Contents:
        return Contents(self.figure_names, densities=bool(self.density_tasks))

    @property
    def montage_tasks(self) -> list[str]:
        """The tasks whose images figure 1 shows: sentences have none."""
        tasks = self.config["tasks"]
        used = dict.fromkeys(cell.task for cell in self.cells)
        return [task for task in used if isinstance(DATASETS[tasks[task]["dataset"]], Dataset)]

    @property
    def montage_data(self) -> list[str]:
        """Their prepared data sets."""
        tasks = self.config["tasks"]
        return [layout.prepared(tasks[task]["dataset"]) for task in self.montage_tasks]

    @property
    def montage_is_drawn(self) -> bool:
        """Whether figure 1 is drawn from its images: an archive brings it without them."""
        if not self.montage_tasks:
            return False
        unpacked = Path(self.run.results, MANIFEST).is_file()
        there = all(Path(path).exists() for path in self.montage_data)
        return not unpacked or FIGURE_1 in self.targets or there

    def numbered(self) -> list[str]:
        """The figures of the run in order, figure 1 if it is there or can be drawn."""
        first = self.montage_is_drawn or Path(self.run.figure(FIGURE_1)).exists()
        drawn = [*([FIGURE_1] if first else []), *self.contents.with_table]
        return sorted(drawn, key=lambda name: name != OVERVIEW)

    @property
    def front(self) -> str:
        """The first page of the report: where one figure alone is asked for, that figure's."""
        asked = [name for name in self.figure_names if name in self.targets]
        return f"front-{asked[0]}" if len(asked) == 1 else "front"

    def figures(self, name: str | None = None) -> list[str]:
        """The files of one figure, or of all."""
        names = [name] if name else self.numbered()
        return [self.run.figure(each, ending) for each in names for ending in layout.FIGURE_FILES]

    def densities(self) -> list[str]:
        """The log-densities of every task that figure 2 shows."""
        return [self.run.densities(task) for task in self.density_tasks]

    def tables(self) -> list[str]:
        """The tables over all cells."""
        return [
            self.run.table(name, ending)
            for name in self.contents.tables
            for ending in ("csv", "md")
        ]

    def page_table(self, page: str) -> str:
        """The table that a page shows."""
        return self.run.claims() if page == "claims" else self.run.table(page)

    def report(self) -> list[str]:
        """The pages of the report and the tables for download; it holds the figures too."""
        pages = self.contents.pages
        return [
            *map(self.run.page, ["front", "explorer", *pages, "provenance"]),
            *(self.run.page(name, "csv.gz") for name in pages),
        ]

    def all(self) -> list[str]:
        """All of these, and the claims; nothing of a share of a run, which has its cells alone."""
        if "shard" in self.config:
            return []
        claims = [self.run.claims(), self.run.claims("md")]
        return [*self.figures(), *self.tables(), *claims, *self.report()]
