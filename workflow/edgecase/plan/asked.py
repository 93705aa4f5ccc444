"""Choose the plan's jobs whose needs a job of a cluster asks for: its own, or a whole array's."""

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from edgecase.plan.work import Job, cell_job, density_job, jobs, start_job
from edgecase.results.cells import Cell


@dataclass(frozen=True)
class Asked:
    """Whose needs count, for the jobs of a configuration with these `cells`.

    `arrays` names the rules whose jobs share a SLURM array, all of which gets what one of them asks
    for: "cell,pretrain", or "all".
    """

    config: Mapping
    cells: Sequence[Cell]
    arrays: str = ""

    def in_array(self, rule: str) -> bool:
        """Whether jobs of the rule share an array."""
        return not {rule, "all"}.isdisjoint(re.split(r"[\s,;]+", self.arrays))

    @functools.cached_property
    def planned(self) -> list[Job]:
        """Every job of the plan: cells and starting models."""
        return jobs(self.config, self.cells)

    def cell(self, cell: Cell) -> list[Job]:
        if self.in_array("cell"):
            return [job for job in self.planned if job.is_cell]
        return [cell_job(self.config, cell)]

    def start(self, task: str, variant: str) -> list[Job]:
        if self.in_array("pretrain"):
            return [job for job in self.planned if not job.is_cell]
        return [start_job(self.config, task, variant)]

    def densities(self, task: str) -> list[Job]:
        together = self.in_array("densities")
        tasks = self.config["densities"]["tasks"] if together else [task]
        return [density_job(self.config, each) for each in tasks]
