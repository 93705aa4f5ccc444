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
        gpu="--gpu" if GPU else "",
        folder=RESULTS,
    shell:
        "python workflow/scripts/plan.py --config {params.config:q} --cores {params.cores}"
        " {params.gpu} --out {params.folder} 2> {log}"
