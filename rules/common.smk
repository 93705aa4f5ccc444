# From the configuration to the table of cells; every problem is reported before any job starts.
import json
import os
import re
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.settings.enums import Quietness

sys.path.insert(0, str(Path(workflow.basedir) / "workflow"))

from edgecase import attacks, claims
from edgecase import config as configuration
from edgecase import defenses
from edgecase.machine import gpus as machine
from edgecase.results import code as sources
from edgecase.results import layout
from edgecase.results import finished
from edgecase.results import staleness
from edgecase.datasets import AUTHORS_STARTS, DATASETS, EDGE_SETS
from edgecase.densities import settings as density_settings
from edgecase.base.errors import ConfigError, DataError
from edgecase.base.failures import Failures
from edgecase.figures import FIGURES as FIGURE_SPECS
from edgecase.base.files import require_writable
from edgecase.report.contents import PROVENANCE, Contents
from edgecase.results.cells import Cell, all_cells, expand
from edgecase.results.layout import AXES
from edgecase.results.records import read_cell
from edgecase.sharing import MANIFEST
from edgecase.sharing.shares import own_cells

# The `python` of the rules is the one that runs Snakemake, but where they bring one of their own.
if not workflow.deployment_settings.deployment_method:
    places = [os.path.dirname(sys.executable), os.environ.get("PATH", os.defpath)]
    os.environ |= {"PATH": os.pathsep.join(places)}
# As under `make`.
if Quietness.RULES in (workflow.output_settings.quiet or ()):
    logger.addHandler(Failures())

problems = []
try:
    # Read again: Snakemake keeps the last of two equal keys, takes the numbers of `--config` for text,
    # and merges figures into the paper's.
    merged = configuration.combine(workflow.overwrite_configfiles, workflow.config_settings.config)
    config.clear()
    config |= merged
    configuration.check(config)
    # Snakemake knows its targets only when it has read all rules.
    if "verdict" in sys.argv:
        configuration.defense_to_judge(config)
    if "shard" in config:
        configuration.check_share(config, sys.argv)
except ConfigError as error:
    problems += error.problems
try:
    CLAIMS = claims.load("config/claims.yaml")
except ConfigError as error:
    problems += error.problems
if problems:
    listed = "\n".join(f"  - {problem}" for problem in problems)
    raise WorkflowError(f"The configuration cannot run:\n{listed}")

RUN = layout.Run(config["run"])
RESULTS, FIGURES = RUN.results, RUN.figures
# In order, so that another order in the configuration is the same run.
SEEDS = sorted(config["seeds"])
# On a machine that runs a share, the cells of this share.
CELLS = own_cells(config)
DENSITY_TASKS = config.get("densities", {}).get("tasks", [])
FIGURE_NAMES = [name for name, blocks in config["figures"].items() if blocks]
CONTENTS = Contents(FIGURE_NAMES, densities=bool(DENSITY_TASKS))
CLAIM_CELLS = claims.cells_needed(CLAIMS, config.get("claims", {}), all_cells(config))
# An archive brings cells without the images they were made from (docs/sharing.md).
UNPACKED = Path(RESULTS, MANIFEST).is_file()
DEVICE = config.get("device", "auto")
THREADS = config.get("threads", 1)
# Reaches the download jobs by the environment: where a file came from changes nothing.
if config.get("mirror"):
    os.environ |= {"EDGECASE_MIRROR": config["mirror"]}

mirror = os.environ.get("EDGECASE_MIRROR")
if mirror and not Path(mirror).is_dir():
    raise WorkflowError(f"The mirror (`mirror` or EDGECASE_MIRROR) is no folder: {mirror}")

# What Snakemake was given, for the commands that pages and tables print.
CONFIGFILES = [Path(os.path.relpath(path)).as_posix() for path in workflow.overwrite_configfiles]

# Whether jobs are sent to a cluster, or this is one that was sent.
SUBMITTED = workflow.nodes is not None or workflow.remote_exec

# A GPU is asked for only where there may be one: a limit on GPUs must not hold back CPU jobs. What
# a cluster has is not to be seen here.
CELLS_PER_GPU = config.get("cells_per_gpu", 1)
GPU_JOBS = machine.gpu_jobs(DEVICE, CELLS_PER_GPU, len(machine.gpus()))
GPU = int(DEVICE != "cpu" if SUBMITTED else GPU_JOBS > 0)
# The limit of a run on this machine; on a cluster, its scheduler knows the devices.
if GPU and not SUBMITTED and "gpu" not in workflow.global_resources:
    workflow.register_resource("gpu", GPU_JOBS)

# Reaches the jobs by the environment: on which device one runs changes nothing.
if GPU and machine.is_shared_out(DEVICE):
    ON_GPU = f"python workflow/scripts/on_gpu.py --slots-per-gpu {CELLS_PER_GPU} --"
else:
    ON_GPU = ""
# Of a device's memory; the rest is for the data and for what estimates leave out.
MEMORY_SHARE = f"{machine.TRAINING_MEMORY / CELLS_PER_GPU:.3f}"
# Where states outlive a pod, whose own files are gone with it (profiles/kubernetes).
STORAGE = workflow.storage_settings
VOLUME = STORAGE.default_storage_prefix if STORAGE.default_storage_provider == "fs" else "."
os.environ |= {
    "EDGECASE_ON_GPU": ON_GPU,
    "EDGECASE_DEVICE": DEVICE,
    "EDGECASE_MEMORY_SHARE": MEMORY_SHARE,
    "EDGECASE_VOLUME": VOLUME,
    "EDGECASE_SAVE_MINUTES": str(config.get("save_minutes", 5)),
    # Snakemake lowers a job's threads to its cores, and another number of threads rounds otherwise.
    "EDGECASE_THREADS": str(THREADS),
}


def stale_cells():
    """Record → what tells a finished cell, which this run may read, from one it would make now.

    Snakemake makes such cells again by itself, unless it was told to let them be (`--touch`,
    `--rerun-triggers`) or they were copied from elsewhere.
    """
    found = {}
    waiting = set(workflow.dag.needrun_jobs())
    for job in workflow.dag.jobs:
        if job.rule.name != "cell" or job in waiting or not Path(job.output.record).exists():
            continue
        try:
            about = staleness.differences(
                read_cell(Path(job.output.record).parent),
                parameters=json.loads(job.params.parameters),
                seeds=SEEDS,
                code=job.params.code,
            )
        except DataError as error:
            about = [str(error).removeprefix(f"{job.output.record}: ")]
        if about:
            found[job.output.record] = "; ".join(about)
    return dict(sorted(found.items()))


def sources_out_of_reach():
    """What to do for the downloads of this run that can come from nowhere; None if there are none.

    All are named before the first job, and not one by one as their jobs fail.
    """
    jobs = workflow.dag.needrun_jobs()
    waiting = {job.wildcards.source for job in jobs if job.rule.name == "download"}
    if not waiting:
        return None
    from edgecase.datasets.availability import by_hand, out_of_reach
    from edgecase.datasets.sources import load_sources

    known = load_sources("config/sources.yaml")
    folder = Path(mirror) if mirror else None
    lacking = out_of_reach([known[name] for name in known if name in waiting], folder)
    names = ", ".join(source.name for source in lacking)
    told = f"Data that is not here, and no address answers: {names}\n{by_hand(lacking, folder)}"
    return told if lacking else None


onstart:
    for folder in ("results/data", RESULTS, FIGURES):
        try:
            require_writable(folder)
        except DataError as error:
            raise WorkflowError(f"The run cannot be written:\n  - {error}")
    if lacking := sources_out_of_reach():
        raise WorkflowError(lacking)
    if stale := stale_cells():
        told = "\n".join(f"  - {record}: {about}" for record, about in stale.items())
        raise WorkflowError(
            f"Finished cells that this configuration and code would make otherwise:\n{told}\n"
            f"{staleness.remedy([*stale], CONFIGFILES)}"
        )
    for job in workflow.dag.needrun_jobs():
        if job.rule.name == "cell":
            finished.keep(job.params.folder, job.params.kept)
    # Only a local run's jobs are known to find their device here; torch takes seconds to load.
    if DEVICE.startswith("cuda") and workflow.local_exec:
        from edgecase.machine.device import choose_device

        try:
            choose_device(DEVICE)
        except ConfigError as error:
            raise WorkflowError(f"The configuration cannot run:\n  - {error}")
    if workflow.local_exec:
        from edgecase.plan.warning import long_run, slow_bf16

        waiting = [job for job in workflow.dag.needrun_jobs() if job.rule.name == "cell"]
        about = [cell_of(job.wildcards) for job in waiting]
        for advice in (long_run, slow_bf16):
            said = advice(config, Path(RESULTS), about, cores=workflow.cores, gpu_jobs=GPU_JOBS)
            if said:
                logger.warning(said)


def one_of(names):
    """A pattern of these names alone, so that no other target reaches a rule, or a shell."""
    return "|".join(map(re.escape, names))


PREPARED = DATASETS | EDGE_SETS
SOURCES = [
    *(source for entry in PREPARED.values() for source in entry.sources),
    *(source for source, _ in AUTHORS_STARTS.values()),
]
OVERRIDES = ["default", *config.get("overrides", {})]


wildcard_constraints:
    source=one_of(SOURCES),
    name=one_of(PREPARED),
    figure=r"[a-z0-9-]+",
    task=one_of(config["tasks"]),
    participation=r"fixed-(freq|pool)-[1-9][0-9]{0,8}",
    case=r"(edge|almost-edge|normal)-case",
    attack=one_of(attacks.names()),
    defense=one_of(defenses.names()),
    override=one_of(OVERRIDES),
    variant=one_of(OVERRIDES),
    seed=one_of(map(str, SEEDS)),
