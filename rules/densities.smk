# Figure 2: how likely the edge cases' features are where the training features lie.
DENSITY_TASKS = config.get("densities", {}).get("tasks", [])


rule densities:
    input:
        dataset=lambda wildcards: density_data(wildcards.task, "dataset"),
        comparison=lambda wildcards: density_data(wildcards.task, "comparison"),
        poison=expand_seeds(f"{RESULTS}/poison/{{task}}/edge-case/default/seed{{seed}}.npz"),
        start=f"{RESULTS}/pretrain/{{task}}/default.safetensors",
    output:
        table=f"{RESULTS}/densities/{{task}}.csv",
    log:
        f"{RESULTS}/logs/densities/{{task}}.log",
    conda:
        "../envs/edgecase.yaml"
    threads: THREADS
    resources:
        **asks(density_requests),
        gpu=GPU,
        # No parameter: it changes no result.
        test_batch_size=task_key("test_batch_size"),
    params:
        code=lambda wildcards: sources.digest_for("densities", density_parameters(wildcards.task)),
        parameters=lambda wildcards: as_json(density_parameters(wildcards.task)),
        seeds=" ".join(map(str, SEEDS)),
    shell:
        "$EDGECASE_ON_GPU python workflow/scripts/densities.py --task {wildcards.task}"
        " --dataset {input.dataset} --comparison {input.comparison} --poison {input.poison}"
        " --start {input.start} --parameters {params.parameters:q} --seeds {params.seeds}"
        " --device $EDGECASE_DEVICE --threads $EDGECASE_THREADS"
        " --test-batch-size {resources.test_batch_size} --out {output.table} 2> {log}"


rule density_table:
    input:
        tables=[f"{RESULTS}/densities/{task}.csv" for task in DENSITY_TASKS],
    output:
        table=f"{RESULTS}/tables/fig2.csv",
    log:
        f"{RESULTS}/logs/density_table.log",
    conda:
        "../envs/edgecase.yaml"
    params:
        code=sources.digest("density_table"),
    shell:
        "python workflow/scripts/density_table.py --tables {input.tables} --out {output.table} 2> {log}"


rule density_figure:
    input:
        table=f"{RESULTS}/tables/fig2.csv",
    output:
        pdf=f"{FIGURES}/fig2.pdf",
        png=report(
            f"{FIGURES}/fig2.png",
            caption="../docs/captions/figure.rst",
            category="2 Figures",
            labels={"figure": "fig2", "view": "figure"},
        ),
    log:
        f"{RESULTS}/logs/density_figure.log",
    conda:
        "../envs/edgecase.yaml"
    params:
        code=sources.digest("density_figure"),
    shell:
        "python workflow/scripts/density_figure.py --table {input.table} --pdf {output.pdf}"
        " --png {output.png} 2> {log}"


if DENSITY_TASKS:

    rule fig2:
        input:
            figure_files("fig2"),
