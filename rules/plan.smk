# What the run costs. Without an output, so that every call measures anew.
localrules:
    plan,


rule plan:
    log:
        f"{RESULTS}/logs/plan.log",
    conda:
        "../envs/edgecase.yaml"
    # Nothing else runs beside the calibration.
    threads: lambda wildcards: workflow.cores
    params:
        config=lambda wildcards: json.dumps(config),
        cores=lambda wildcards: workflow.cores,
        gpu_jobs=GPU_JOBS,
        folder=RESULTS,
    shell:
        "python workflow/scripts/plan.py --config {params.config:q} --cores {params.cores}"
        " --gpu-jobs {params.gpu_jobs} --out {params.folder} 2> {log}"
