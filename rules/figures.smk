# Tidy tables and figures, and a target for each figure by its name.
FIGURE_NAMES = PRODUCTS.figure_names
TASKS = PRODUCTS.montage_tasks


rule collect:
    input:
        records=lambda wildcards: [*map(RUN.record, cells_of(wildcards.figure))],
        rounds=lambda wildcards: rounds_of(cells_of(wildcards.figure)),
    output:
        table=RUN.table("{figure}"),
    log:
        RUN.log("collect/{figure}"),
    wildcard_constraints:
        figure="|".join(FIGURE_NAMES) or "none",
    localrule: True
    conda:
        "../envs/edgecase.yaml"
    params:
        code=sources.digest("collect"),
        cells=folders,
        parameters=lambda wildcards: list(FIGURE_SPECS[wildcards.figure].parameters),
    shell:
        "$EDGECASE_PYTHON workflow/scripts/collect.py --cells {params.cells} --parameters {params.parameters}"
        " --out {output.table} 2> {log}"


rule figure:
    input:
        table=RUN.table("{figure}"),
    output:
        pdf=RUN.figure("{figure}", "pdf"),
        svg=RUN.figure("{figure}", "svg"),
        caption=RUN.figure("{figure}", "txt"),
        png=report(
            RUN.figure("{figure}"),
            caption="../docs/captions/figure.rst",
            category=lambda wildcards: CONTENTS.category(wildcards.figure),
            labels={"figure": "{figure}", "view": "figure"},
        ),
    log:
        RUN.log("figure/{figure}"),
    wildcard_constraints:
        figure="|".join(FIGURE_NAMES) or "none",
    localrule: True
    conda:
        "../envs/edgecase.yaml"
    params:
        code=lambda wildcards: sources.digest(
            "figure", FIGURE_SPECS[wildcards.figure].draw.__module__
        ),
        looks=as_json(PRODUCTS.looks),
    shell:
        "$EDGECASE_PYTHON workflow/scripts/figure.py --name {wildcards.figure} --table {input.table}"
        " --pdf {output.pdf} --png {output.png} --looks {params.looks:q} 2> {log}"


# Sentences are no pictures.
if TASKS:

    rule montage:
        input:
            datasets=PRODUCTS.montage_data if PRODUCTS.montage_is_drawn else [],
            poison=(
                [RUN.poison(task, "edge-case", "default", SEEDS[0]) for task in TASKS]
                if PRODUCTS.montage_is_drawn
                else []
            ),
        output:
            pdf=RUN.figure("fig1", "pdf"),
            svg=RUN.figure("fig1", "svg"),
            caption=RUN.figure("fig1", "txt"),
            png=report(
                RUN.figure("fig1"),
                caption="../docs/captions/fig1.rst",
                category="2 Figures",
                labels={"figure": "fig1", "view": "figure"},
            ),
        log:
            RUN.log("montage"),
        localrule: True
        conda:
            "../envs/edgecase.yaml"
        params:
            code=sources.digest("montage"),
            looks=as_json(PRODUCTS.looks),
            tasks=TASKS,
            source_classes=[
                EDGE_SETS[config["tasks"][task]["edge_set"]].source_class for task in TASKS
            ],
            folders=folders_option(config.get("folders")),
            orientations=[
                configuration.resolve_task(config, task)["switches"]["orientation"]
                for task in TASKS
            ],
        shell:
            "$EDGECASE_PYTHON workflow/scripts/montage.py --tasks {params.tasks} --datasets {input.datasets}"
            " {params.folders} --poison {input.poison} --source-class {params.source_classes}"
            " --orientation {params.orientations} --pdf {output.pdf} --png {output.png}"
            " --looks {params.looks:q} 2> {log}"

    rule fig1:
        input:
            PRODUCTS.figures("fig1"),


for figure_name in FIGURE_NAMES:

    rule:
        name:
            figure_name
        input:
            PRODUCTS.figures(figure_name),
            RUN.page(f"front-{figure_name}"),


rule figures:
    input:
        PRODUCTS.figures(),
    localrule: True
