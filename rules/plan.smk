# What the run costs. Without an output, so that every call measures anew: here, or where a cluster's
# jobs run, with one job on its device.
if not SUBMITTED:

    localrules:
        plan,


rule plan:
    log:
        RUN.log("plan"),
    conda:
        "../envs/edgecase.yaml"
    # Nothing else runs beside the calibration.
    threads: plan_cores
    resources:
        **asks(lambda wildcards: planned(), runtime=60, gpu=GPU),
    params:
        config=lambda wildcards: json.dumps(config),
        cores=plan_cores,
        gpu_jobs=GPU if SUBMITTED else GPU_JOBS,
        calibration=CALIBRATION,
        folder=RESULTS,
    shell:
        "python workflow/scripts/plan.py --config {params.config:q} --cores {params.cores}"
        " --gpu-jobs {params.gpu_jobs} --calibration {params.calibration} --out {params.folder}"
        " 2> {log}"
