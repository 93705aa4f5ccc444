"""Choose the cells that a machine trains which takes one share of a run."""

from collections.abc import Mapping

from edgecase.base.errors import ConfigError
from edgecase.plan import assumed
from edgecase.plan.work import jobs
from edgecase.results.cells import Cell, all_cells


def own_cells(config: Mapping) -> list[Cell]:
    """The cells of the share that `shard` of the configuration names, all of them without one.

    Each cell is in one share. The dearest cells are given out first, each to the share with the
    least work so far; what they cost follows from the configuration alone, so all machines agree.
    """
    if "shard" not in config:
        return all_cells(config)
    number, count = map(int, config["shard"].split("/"))
    shares: list[list[Cell]] = [[] for _ in range(count)]
    loads = [0.0] * count
    costs = _costs(config)
    for cell in sorted(costs, key=lambda cell: (-costs[cell], cell)):
        least = loads.index(min(loads))
        shares[least].append(cell)
        loads[least] += costs[cell]
    return shares[number - 1]


def _costs(config: Mapping) -> dict[Cell, float]:
    """Seconds of each cell on an assumed device; 1 for all if the plan does not know a data set."""
    cells = all_cells(config)
    try:
        found = [job for job in jobs(config, cells) if job.is_cell]
    except ConfigError:
        return dict.fromkeys(cells, 1.0)
    costs = [assumed.seconds(job, assumed.SLOWEST) for job in found]
    return dict(zip(cells, costs, strict=True))
