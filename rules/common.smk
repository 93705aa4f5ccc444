# The configuration, checked before any job starts, and the run that it declares.
import json
import os
import sys
from dataclasses import fields
from pathlib import Path
from shlex import quote

from snakemake.exceptions import WorkflowError

sys.path.insert(0, str(Path(workflow.basedir) / "workflow"))

from edgecase import claims
from edgecase import config as configuration
from edgecase.base.errors import ConfigError
from edgecase.datasets import DATASETS, EDGE_SETS
from edgecase.datasets.folders import described
from edgecase.figures import FIGURES as FIGURE_SPECS
from edgecase.machine.gpus import gpus
from edgecase.pipeline import checked, dry_run, forkserver, view
from edgecase.pipeline.jobs import Jobs, as_json, raw_folders
from edgecase.pipeline.patterns import patterns
from edgecase.pipeline.placement import Placement
from edgecase.pipeline.products import Products
from edgecase.plan.asked import Asked
from edgecase.plan.request import Requests
from edgecase.report.contents import EXPLORER, PROVENANCE
from edgecase.results import code as sources
from edgecase.results import finished, layout
from edgecase.results.cells import Cell, all_cells, expand
from edgecase.results.layout import AXES
from edgecase.sharing.shares import own_cells

# The `python` of the rules is the one that runs Snakemake, but where they bring one of their own.
if not workflow.deployment_settings.deployment_method:
    places = [os.path.dirname(sys.executable), os.environ.get("PATH", os.defpath)]
    os.environ |= {"PATH": os.pathsep.join(places)}
# A job that a cluster runs is shown in its own log.
if workflow.is_main_process:
    view.attach(logger, workflow.output_settings, on_cluster=workflow.nodes is not None)

try:
    # Read again: Snakemake keeps the last of two equal keys, takes the numbers of `--config` for text,
    # and merges figures into the paper's. It knows its targets only when it has read all rules.
    merged, CLAIMS = checked.checked(
        workflow.overwrite_configfiles, workflow.config_settings.config, sys.argv
    )
except ConfigError as error:
    raise WorkflowError(checked.refusal(error.problems))
config.clear()
config |= merged

# On a machine that runs a share, the cells of this share.
CELLS = own_cells(config)
JOBS = Jobs(config)
RUN, SEEDS = JOBS.run, JOBS.seeds
PRODUCTS = Products(config, CELLS, sys.argv)
CONTENTS = PRODUCTS.contents
THREADS = config.get("threads", 1)
# What Snakemake was given, for the commands that pages and tables print.
CONFIGFILES = [Path(os.path.relpath(path)).as_posix() for path in workflow.overwrite_configfiles]

# Whether jobs are sent to a cluster, or this is one that was sent.
SUBMITTED = workflow.nodes is not None or workflow.remote_exec
PLACEMENT = Placement.of(config, len(gpus()), submitted=SUBMITTED)
# The limit of a run on this machine; on a cluster, its scheduler knows the devices.
if PLACEMENT.gpu and not SUBMITTED and "gpu" not in workflow.global_resources:
    workflow.register_resource("gpu", PLACEMENT.gpu_jobs)
# Where states outlive a pod, whose own files are gone with it (profiles/kubernetes).
STORAGE = workflow.storage_settings
VOLUME = STORAGE.default_storage_prefix if STORAGE.default_storage_provider == "fs" else "."
os.environ |= PLACEMENT.environment(config, VOLUME)

MIRROR = os.environ.get("EDGECASE_MIRROR")
if MIRROR and not Path(MIRROR).is_dir():
    raise WorkflowError(f"The mirror (`mirror` or EDGECASE_MIRROR) is no folder: {MIRROR}")


def edit_costs():
    """What a dry run tells of the cells that it would make; its jobs count as done by then."""
    from edgecase.pipeline import start as before

    due = [
        (cell_of(job.wildcards), job.params.parameters, job.params.code)
        for job in workflow.dag.needrun_jobs(exclude_finished=False)
        if job.rule.name == "cell"
    ]
    size = {"cores": workflow.cores, "gpu_jobs": PLACEMENT.gpu_jobs}
    return before.edits(config, RUN.results, due, SEEDS, **size)


if workflow.output_settings.dryrun:
    hidden = {about.name.lower() for about in workflow.output_settings.quiet or ()}
    logger.addHandler(dry_run.AtTheEnd(logger, hidden, edit_costs))


onstart:
    global SERVER
    from edgecase.pipeline import start as before

    due = list(workflow.dag.needrun_jobs())
    downloads = {job.wildcards.source for job in due if job.rule.name == "download"}
    waiting = [job for job in due if job.rule.name == "cell"]
    there = [
        (job.output.record, job.params.parameters, job.params.code)
        for job in workflow.dag.jobs
        if job.rule.name == "cell" and job not in waiting and Path(job.output.record).exists()
    ]
    refused = (
        before.unwritable(["results/data", RUN.results, RUN.figures])
        or before.unreachable(downloads, MIRROR)
        or before.stale(there, SEEDS, CONFIGFILES)
    )
    # Only a local run's jobs are known to find their device here.
    if workflow.local_exec:
        refused = refused or before.deviceless(PLACEMENT.device)
    if workflow.local_exec and not workflow.deployment_settings.deployment_method:
        refused = refused or before.trackerless(config.get("trackers", []) if waiting else [])
    if refused:
        raise WorkflowError(refused)
    # Under the default limit each job that ends while others wait leaves a timer behind, which wakes the
    # scheduler every second to look at all files of those that wait (Snakemake 9.27.1).
    limit = workflow.scheduling_settings.max_jobs_per_timespan
    if limit and (limit.max_jobs, limit.timespan) == (100, 1):
        workflow.scheduler.job_rate_limiter = None
    # Kept for as long as this process: the server ends with it. Jobs in an environment of their own
    # have other libraries.
    if workflow.local_exec and not workflow.deployment_settings.deployment_method:
        SERVER = forkserver.start((job.rule.name for job in due), on_gpu=bool(PLACEMENT.gpu))
    for job in waiting:
        finished.keep(job.params.folder, job.params.kept)
    if workflow.local_exec:
        about = [cell_of(job.wildcards) for job in waiting]
        size = {"cores": workflow.cores, "gpu_jobs": PLACEMENT.gpu_jobs}
        for told in before.advice(config, RUN.results, about, **size):
            logger.warning(told)


wildcard_constraints:
    **patterns(config),
