# What the run costs. Without an output, so that every call measures anew: here, or where a cluster's
# jobs run, with one job on its device.
rule plan:
    log:
        RUN.log("plan"),
    localrule: not SUBMITTED
    conda:
        "../envs/edgecase.yaml"
    # Nothing else runs beside the calibration: all cores of this machine, or those of one job of a
    # cluster.
    threads: THREADS if SUBMITTED else workflow.cores
    resources:
        **asks(lambda wildcards: ASKED_BY.planned, runtime=60, gpu=PLACEMENT.gpu),
    params:
        config=lambda wildcards: json.dumps(config),
        cores=THREADS if SUBMITTED else workflow.cores,
        gpu_jobs=PLACEMENT.gpu if SUBMITTED else PLACEMENT.gpu_jobs,
        calibration=CALIBRATION,
        folder=RUN.results,
    shell:
        "python workflow/scripts/plan.py --config {params.config:q} --cores {params.cores}"
        " --gpu-jobs {params.gpu_jobs} --calibration {params.calibration} --out {params.folder}"
        " 2> {log}"
