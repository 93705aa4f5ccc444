"""A word before a run that takes longer than a day."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from edgecase.base.errors import EdgecaseError
from edgecase.plan import assumed
from edgecase.plan.estimate import duration, hours, remaining
from edgecase.plan.speed import Machine, calibrated
from edgecase.plan.work import Job
from edgecase.results.cells import Cell

LIMIT_HOURS = 24


def long_run(
    config: Mapping, results: Path, cells: Sequence[Cell], *, cores: int, gpu_jobs: int
) -> str | None:
    """What to tell whoever starts `cells` if they take longer than `LIMIT_HOURS`, else None.

    `results` is the run's folder. `cells` are those that will run on `cores` cores, with
    `gpu_jobs` at once on GPUs (0: on the CPU). A run that any machine ends in time is not
    calibrated. This is advice: if the estimate fails, there is none.
    """
    try:
        left = remaining(config, results, cells)
        if sum(map(_most_hours, left)) < LIMIT_HOURS:
            return None
        machine = Machine.of(config, cores, gpu_jobs)
        settings = {job.setting for job in left}
        calibration = calibrated(machine, settings, results / "calibration.json")
        needed = hours(left, calibration)
    except (EdgecaseError, OSError):
        return None
    if needed <= LIMIT_HOURS:
        return None
    return (
        f"These {len(cells)} cells take about {duration(needed)} on this device "
        f"({calibration.device}, {machine.jobs} at once): an estimate from a short calibration. "
        "Smaller: `make small` (real data, narrower models, fewer rounds) and `make demo` "
        "(stand-in data, minutes). `snakemake plan` gives the cost of every figure."
    )


def _most_hours(job: Job) -> float:
    """More hours than the job takes one at a time; infinite for a model that is not known."""
    if not assumed.is_known(job.setting):
        return float("inf")
    return assumed.seconds(job, assumed.SLOWEST) / 3600
