"""Warn before a run that takes longer than a day or is not what its configuration suggests."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from edgecase.base.errors import EdgecaseError
from edgecase.config import resolve_task
from edgecase.config.problems import resolved_name
from edgecase.datasets import DATASETS
from edgecase.machine.cpu import has_bf16
from edgecase.plan import assumed
from edgecase.plan.estimate import duration, hours, remaining
from edgecase.plan.speed import Machine, calibrated
from edgecase.plan.work import Job, Setting, cell_job, held_samples
from edgecase.results.cells import DEFAULT, Cell

LIMIT_HOURS = 24
#: samples of the step that compares precisions: a full one may take seconds in bf16.
_COMPARED_BATCH = 8


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


def slow_bf16(
    config: Mapping, results: Path, cells: Sequence[Cell], *, cores: int, gpu_jobs: int
) -> str | None:
    """What to tell whoever starts `cells` in bf16 on a CPU that is faster in fp32, else None.

    A step of the network that trains most is measured in both, unless the CPU has instructions for
    bf16. The arguments are those of `long_run`; if the measurement fails, there is no advice.
    """
    if config.get("precision") != "bf16" or gpu_jobs or not cells or has_bf16():
        return None
    work: dict[Setting, float] = defaultdict(float)
    for job in (cell_job(config, cell) for cell in cells):
        work[job.setting] += job.work.samples
    most = max(work, key=lambda setting: work[setting])
    batch = min(most.batch_size, _COMPARED_BATCH)
    half = replace(most, batch_size=batch, test_batch_size=1, backend="sequential", members=1)
    full = replace(half, precision="fp32")
    try:
        machine = replace(Machine.of(config, cores, gpu_jobs), jobs=1)
        found = calibrated(machine, [half, full], results / "calibration-precision.json").speeds
    except (EdgecaseError, OSError):
        return None
    in_bf16, in_fp32 = (
        1000 * (found[setting].step_s + batch * found[setting].sample_s) for setting in (half, full)
    )
    if in_bf16 <= in_fp32:
        return None
    return (
        f"precision: this CPU has no bf16 instructions and is faster in fp32. A step of "
        f"{most.model} (width {most.width:g}, {batch} samples) takes {in_bf16:.3g} ms in bf16 and "
        f"{in_fp32:.3g} ms in fp32. `--config precision=fp32` makes the cells in fp32 "
        "(docs/gpus.md)."
    )


def more_even_than_iid(
    config: Mapping, results: Path, cells: Sequence[Cell], *, cores: int, gpu_jobs: int
) -> str | None:
    """What to tell of tasks whose Dirichlet division is more even than a random one, else None.

    With m samples of a class and K clients, χ²/df of the division is about (m / K) / α, and that of
    a random one is 1 (`population.dirichlet`). The arguments are those of `long_run`.
    """
    told: dict[tuple, str] = {}
    used = dict.fromkeys((cell.task, cell.override) for cell in cells)
    for task, override in sorted(used, key=lambda names: names[1] != DEFAULT):
        resolved = resolve_task(config, task, override)
        divided = resolved["partition"]
        if divided["kind"] != "dirichlet":
            continue
        try:
            held = held_samples(resolved["dataset"], resolved["edge_set"], divided)
        except EdgecaseError:
            continue
        even = held / DATASETS[resolved["dataset"]].num_classes / resolved["num_clients"]
        if divided["alpha"] > even:
            text = (
                f"{resolved_name(task, override)}.partition.alpha: {divided['alpha']:g} divides "
                f"each class more evenly than at random; about {even:.3g} (samples of a class by "
                "clients) is as even, and `kind: iid` divides at random."
            )
            told.setdefault((task, divided["alpha"], even), text)
    return "\n".join(told.values()) or None


def _most_hours(job: Job) -> float:
    """More hours than the job takes one at a time; infinite for a model that is not known."""
    if not assumed.is_known(job.setting):
        return float("inf")
    return assumed.seconds(job, assumed.SLOWEST) / 3600
