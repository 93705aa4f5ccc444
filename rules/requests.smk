# What jobs ask of a cluster's scheduler (docs/cluster.md); jobs of this machine ask for nothing.

# Measured by `plan` where the jobs run: this machine's own speed says nothing of a cluster's.
CALIBRATION = RUN.calibration(on_cluster=SUBMITTED)
ARRAYS = getattr(workflow.executor_settings, "array_jobs", None) or ""
ASKED_BY = Asked(config, CELLS, ARRAYS)
REQUESTS = Requests.of(config, Path(CALIBRATION)) if SUBMITTED else None


def asks(about, **fixed):
    """Resources of a job on a cluster: the most that any of the plan's jobs `about(wildcards)` needs."""

    def most(measure):
        return lambda wildcards, attempt: max(measure(job, attempt) for job in about(wildcards))

    if REQUESTS is None:
        return {}
    return {"runtime": most(REQUESTS.minutes), "mem_mb": most(REQUESTS.megabytes)} | fixed
