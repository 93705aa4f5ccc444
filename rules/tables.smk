# Tables over every cell of the run.
rule summary:
    input:
        records=[RUN.record(cell) for cell in CELLS],
        rounds=rounds_of(CELLS),
    output:
        csv=RUN.table("summary"),
        measures=RUN.table("measures"),
        markdown=RUN.table("summary", "md"),
    log:
        RUN.log("summary"),
    localrule: True
    conda:
        "../envs/edgecase.yaml"
    params:
        code=sources.digest("summary"),
        cells=folders,
    shell:
        "$EDGECASE_PYTHON workflow/scripts/summary.py --cells {params.cells}"
        " --measures {output.measures} --csv {output.csv} --markdown {output.markdown} 2> {log}"


rule hyperparameters:
    input:
        records=[RUN.record(cell) for cell in CELLS],
        starts=JOBS.starts(CELLS),
        partitions=JOBS.partition_records(CELLS),
    output:
        csv=RUN.table("hyperparameters"),
        markdown=RUN.table("hyperparameters", "md"),
    log:
        RUN.log("hyperparameters"),
    localrule: True
    conda:
        "../envs/edgecase.yaml"
    params:
        code=sources.digest("hyperparameters"),
        cells=folders,
    shell:
        "$EDGECASE_PYTHON workflow/scripts/hyperparameters.py --cells {params.cells} --starts {input.starts}"
        " --partitions {input.partitions} --csv {output.csv} --markdown {output.markdown} 2> {log}"


rule fairness:
    input:
        table=RUN.table("fig6"),
    output:
        csv=RUN.table("tab1"),
        markdown=RUN.table("tab1", "md"),
    log:
        RUN.log("fairness"),
    localrule: True
    conda:
        "../envs/edgecase.yaml"
    params:
        code=sources.digest("fairness"),
    shell:
        "$EDGECASE_PYTHON workflow/scripts/fairness.py --table {input.table} --csv {output.csv}"
        " --markdown {output.markdown} 2> {log}"


if "fig6" in FIGURE_NAMES:

    rule tab1:
        input:
            rules.fairness.output,


rule ablation_effects:
    input:
        table=RUN.table("ablation"),
    output:
        csv=RUN.table("ablation-effects"),
        markdown=RUN.table("ablation-effects", "md"),
    log:
        RUN.log("ablation_effects"),
    localrule: True
    conda:
        "../envs/edgecase.yaml"
    params:
        code=sources.digest("ablation_effects"),
    shell:
        "$EDGECASE_PYTHON workflow/scripts/ablation_effects.py --table {input.table} --csv {output.csv}"
        " --markdown {output.markdown} 2> {log}"


rule tables:
    input:
        PRODUCTS.tables(),
    localrule: True
