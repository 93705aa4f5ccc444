"""Name the files of a run: the one place that knows where results lie."""

from collections.abc import Iterable
from dataclasses import dataclass

from edgecase.results.cells import Cell

#: prepared data and downloads, which all runs share.
DATA = "results/data"
#: the endings of a figure's files; the text is its caption.
FIGURE_FILES = ("pdf", "png", "svg", "txt")
#: the folder of a cell by its axes, for patterns.
AXES = "{task}/{participation}/{case}/{attack}/{defense}/{override}"


def prepared(name: str) -> str:
    """The prepared arrays of a data set or an edge set."""
    return f"{DATA}/{name}.npz"


def index(name: str) -> str:
    """The list of the files of a folder that was prepared, with what is known of each."""
    return f"{DATA}/{name}.index.csv"


def beside(name: str) -> dict[str, str]:
    """What is written with the arrays of a folder: its list, its counts and a contact sheet."""
    return {
        "index": index(name),
        "counts": f"{DATA}/{name}.counts.csv",
        "sheet": f"{DATA}/{name}.png",
    }


def test_images(name: str) -> str:
    """The decoded test images of a folder whose photographs stay in their files."""
    return f"{DATA}/{name}.test.npy"


def raw(source: str) -> str:
    """The folder of a source's verified files."""
    return f"{DATA}/raw/{source}"


@dataclass(frozen=True)
class Run:
    """The paths of the run called `name`, below the project.

    Every part of a path may be a value or a wildcard, such as "{seed}".

    >>> Run("demo").partition("mnist", "default", "{seed}")
    'results/demo/partition/mnist/default/seed{seed}.npz'
    """

    name: str

    @property
    def results(self) -> str:
        return f"results/{self.name}"

    @property
    def figures(self) -> str:
        return f"figures/{self.name}"

    def cell(self, cell: Cell | str) -> str:
        """A cell's folder; a pattern of it for `AXES`."""
        return f"{self.results}/cells/{_folder(cell)}"

    def record(self, cell: Cell | str) -> str:
        return f"{self.cell(cell)}/cell.json"

    def rounds(self, cell: Cell | str, seeds: Iterable[int]) -> list[str]:
        return [f"{self.cell(cell)}/seed{seed}.csv" for seed in seeds]

    def timings(self, cell: Cell | str, seeds: Iterable[int]) -> list[str]:
        return [f"{self.cell(cell)}/seed{seed}.timing.csv" for seed in seeds]

    def cell_files(self, cell: Cell, seeds: Iterable[int]) -> list[str]:
        """The record of a cell, and the rounds and wall times of its seeds."""
        own = list(seeds)
        return [self.record(cell), *self.rounds(cell, own), *self.timings(cell, own)]

    def state(self, job: Cell | str) -> str:
        """Where a cell, or another job by its folder, keeps how far it is."""
        return f"{self.results}/state/{_folder(job)}"

    def finished(self, cell: Cell | str) -> str:
        """Where the finished seeds of a cell wait while it runs again."""
        return f"{self.results}/finished/{_folder(cell)}"

    @property
    def probes(self) -> str:
        """The folder of measured choices of a back-end."""
        return f"{self.results}/probe"

    def log(self, *parts: Cell | str) -> str:
        return f"{self.results}/logs/{'/'.join(map(_folder, parts))}.log"

    def partition(self, task: str, variant: str, seed: int | str, ending: str = "npz") -> str:
        return f"{self.results}/partition/{task}/{variant}/seed{seed}.{ending}"

    def poison(
        self, task: str, case: str, variant: str, seed: int | str, ending: str = "npz"
    ) -> str:
        return f"{self.results}/poison/{task}/{case}/{variant}/seed{seed}.{ending}"

    def start(self, task: str, variant: str = "default", ending: str = "safetensors") -> str:
        """A starting model, or with "json" its record."""
        return f"{self.results}/pretrain/{task}/{variant}.{ending}"

    def densities(self, task: str) -> str:
        return f"{self.results}/densities/{task}.csv"

    def table(self, name: str, ending: str = "csv") -> str:
        return f"{self.results}/tables/{name}.{ending}"

    @property
    def looks(self) -> str:
        """The log of looks at claims as seeds are added."""
        return f"{self.results}/looks.csv"

    def claims(self, ending: str = "csv") -> str:
        return f"{self.results}/claims.{ending}"

    def verdict(self, task: str, defense: str, ending: str) -> str:
        """The verdict on a defense: its page, its table or its figure."""
        if ending in FIGURE_FILES:
            return f"{self.figures}/verdict/{task}-{defense}.{ending}"
        return f"{self.results}/verdict/{task}/{defense}.{ending}"

    def figure(self, name: str, ending: str = "png") -> str:
        return f"{self.figures}/{name}.{ending}"

    def page(self, name: str, ending: str = "html") -> str:
        """A page of the report."""
        return f"{self.results}/report/{name}.{ending}"

    def calibration(self, *, on_cluster: bool = False) -> str:
        """The speeds that `plan` measured."""
        return f"{self.results}/calibration{'-cluster' if on_cluster else ''}.json"


def _folder(job: Cell | str) -> str:
    return job.folder if isinstance(job, Cell) else job
