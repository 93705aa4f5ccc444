# Figure 2: how likely the edge cases' features are where the training features lie.
rule densities:
    input:
        dataset=lambda wildcards: JOBS.density_data(wildcards.task, "dataset"),
        comparison=lambda wildcards: JOBS.density_data(wildcards.task, "comparison"),
        poison=[RUN.poison("{task}", "edge-case", "default", seed) for seed in SEEDS],
        start=RUN.start("{task}"),
    output:
        table=RUN.densities("{task}"),
    log:
        RUN.log("densities/{task}"),
    conda:
        "../envs/edgecase.yaml"
    threads: THREADS
    resources:
        **asks(lambda wildcards: ASKED_BY.densities(wildcards.task)),
        gpu=PLACEMENT.gpu,
        # No parameter: it changes no result.
        test_batch_size=task_key("test_batch_size"),
    params:
        code=lambda wildcards: sources.digest_for(
            "densities", JOBS.density_parameters(wildcards.task)
        ),
        parameters=lambda wildcards: as_json(JOBS.density_parameters(wildcards.task)),
        seeds=" ".join(map(str, SEEDS)),
    shell:
        "$EDGECASE_ON_GPU $EDGECASE_PYTHON workflow/scripts/densities.py --task {wildcards.task}"
        " --dataset {input.dataset} --comparison {input.comparison} --poison {input.poison}"
        " --start {input.start} --parameters {params.parameters:q} --seeds {params.seeds}"
        " --device $EDGECASE_DEVICE --threads $EDGECASE_THREADS"
        " --test-batch-size {resources.test_batch_size} --out {output.table} 2> {log}"


rule density_table:
    input:
        tables=PRODUCTS.densities(),
    output:
        table=RUN.table("fig2"),
    log:
        RUN.log("density_table"),
    localrule: True
    conda:
        "../envs/edgecase.yaml"
    params:
        code=sources.digest("density_table"),
    shell:
        "python workflow/scripts/density_table.py --tables {input.tables} --out {output.table} 2> {log}"


rule density_figure:
    input:
        table=RUN.table("fig2"),
    output:
        pdf=RUN.figure("fig2", "pdf"),
        svg=RUN.figure("fig2", "svg"),
        caption=RUN.figure("fig2", "txt"),
        png=report(
            RUN.figure("fig2"),
            caption="../docs/captions/figure.rst",
            category="2 Figures",
            labels={"figure": "fig2", "view": "figure"},
        ),
    log:
        RUN.log("density_figure"),
    localrule: True
    conda:
        "../envs/edgecase.yaml"
    params:
        code=sources.digest("density_figure"),
        looks=as_json(PRODUCTS.looks),
    shell:
        "$EDGECASE_PYTHON workflow/scripts/density_figure.py --table {input.table} --pdf {output.pdf}"
        " --png {output.png} --looks {params.looks:q} 2> {log}"


if PRODUCTS.density_tasks:

    rule fig2:
        input:
            PRODUCTS.figures("fig2"),


# What needs a model; all else is drawn from it.
rule measured:
    input:
        rules.cells.input,
        PRODUCTS.densities(),
    localrule: True
