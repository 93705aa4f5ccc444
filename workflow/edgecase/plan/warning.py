"""A word before a run that takes longer than a day."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from edgecase.errors import EdgecaseError
from edgecase.grid import Cell
from edgecase.plan.estimate import duration, hours, remaining
from edgecase.plan.speed import Machine, calibrated
from edgecase.plan.work import Job

LIMIT_HOURS = 24

#: model → floating-point operations of a forward pass at width 1, in millions.
FORWARD_MEGAFLOPS = {"vgg9": 306, "vgg11": 307, "vgg13": 458, "vgg16": 628, "lenet": 24}
#: at another width they grow by its square, but for the first and the last layer: at most by this
#: times its square, down to a width of 1/16.
WIDTH_MARGIN = 1.3

# No machine that anybody starts a run on is slower than this.
_SLOWEST_FLOPS = 1e10
_SLOWEST_STEP_S = 5e-3


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
    """More hours than the job takes one at a time; infinite for a model that is not known here."""
    setting, work = job.setting, job.work
    if setting.model not in FORWARD_MEGAFLOPS:
        return float("inf")
    forward = 1e6 * FORWARD_MEGAFLOPS[setting.model] * WIDTH_MARGIN * setting.width**2
    # A backward pass costs two forward passes.
    compute_s = (3 * work.samples + work.evaluated) * forward / _SLOWEST_FLOPS
    return (compute_s + work.steps * _SLOWEST_STEP_S) / 3600
