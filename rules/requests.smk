# What jobs ask of a cluster's scheduler (docs/cluster.md); jobs of this machine ask for nothing.
import functools
import re

# Measured by `plan` where the jobs run: this machine's own speed says nothing of a cluster's.
CALIBRATION = RUN.calibration(on_cluster=SUBMITTED)

if SUBMITTED:
    from edgecase.plan import work
    from edgecase.plan.request import Requests

    REQUESTS = Requests.of(config, Path(CALIBRATION))


def asks(about, **fixed):
    """Resources of a job on a cluster: the most that any of the plan's jobs `about(wildcards)` needs."""
    if not SUBMITTED:
        return {}

    def most(measure):
        return lambda wildcards, attempt: max(measure(job, attempt) for job in about(wildcards))

    return {"runtime": most(REQUESTS.minutes), "mem_mb": most(REQUESTS.megabytes)} | fixed


def in_array(rule):
    """Whether jobs of the rule share a SLURM array, all of which gets what one of them asks for."""
    chosen = getattr(workflow.executor_settings, "array_jobs", None) or ""
    return not {rule, "all"}.isdisjoint(re.split(r"[\s,;]+", chosen))


@functools.cache
def planned():
    """Every job of the plan: cells and starting models."""
    return work.jobs(config, CELLS)


def cell_requests(wildcards):
    if in_array("cell"):
        return [job for job in planned() if job.is_cell]
    return [work.cell_job(config, cell_of(wildcards))]


def start_requests(wildcards):
    if in_array("pretrain"):
        return [job for job in planned() if not job.is_cell]
    return [work.start_job(config, wildcards.task, wildcards.variant)]


def density_requests(wildcards):
    tasks = DENSITY_TASKS if in_array("densities") else [wildcards.task]
    return [work.density_job(config, task) for task in tasks]


def plan_cores(wildcards):
    """The cores that the plan's jobs share: all of this machine, or those of one job of a cluster."""
    return THREADS if SUBMITTED else workflow.cores
