# Tidy tables and figures, and a target for each figure by its name.
MONTAGE_SEED = SEEDS[0]
FIGURE_NAMES = [name for name, blocks in config["figures"].items() if blocks]
TASKS = list(dict.fromkeys(cell.task for cell in CELLS))
MONTAGE_DATA = [f"results/data/{config['tasks'][task]['dataset']}.npz" for task in TASKS]


rule collect:
    input:
        records=lambda wildcards: [f"{folder}/cell.json" for folder in cells_of(wildcards.figure)],
        rounds=lambda wildcards: [
            f"{folder}/seed{seed}.csv" for folder in cells_of(wildcards.figure) for seed in SEEDS
        ],
    output:
        table=f"{RESULTS}/tables/{{figure}}.csv",
    log:
        f"{RESULTS}/logs/collect/{{figure}}.log",
    wildcard_constraints:
        figure="|".join(FIGURE_NAMES) or "none",
    conda:
        "../envs/edgecase.yaml"
    params:
        code=sources.digest("collect"),
        cells=folders,
        parameters=lambda wildcards: list(FIGURE_SPECS[wildcards.figure].parameters),
    shell:
        "python workflow/scripts/collect.py --cells {params.cells} --parameters {params.parameters}"
        " --out {output.table} 2> {log}"


rule figure:
    input:
        table=f"{RESULTS}/tables/{{figure}}.csv",
    output:
        pdf=f"{FIGURES}/{{figure}}.pdf",
        png=report(
            f"{FIGURES}/{{figure}}.png",
            caption="../docs/captions/figure.rst",
            category=lambda wildcards: report_category(wildcards),
            labels={"figure": "{figure}", "view": "figure"},
        ),
    log:
        f"{RESULTS}/logs/figure/{{figure}}.log",
    wildcard_constraints:
        figure="|".join(FIGURE_NAMES) or "none",
    conda:
        "../envs/edgecase.yaml"
    params:
        code=lambda wildcards: sources.digest("figure", FIGURE_SPECS[wildcards.figure].draw.__module__),
    shell:
        "python workflow/scripts/figure.py --name {wildcards.figure} --table {input.table}"
        " --pdf {output.pdf} --png {output.png} 2> {log}"


rule montage:
    input:
        datasets=MONTAGE_DATA if montage_images() else [],
        poison=(
            [f"{RESULTS}/poison/{task}/edge-case/default/seed{MONTAGE_SEED}.npz" for task in TASKS]
            if montage_images()
            else []
        ),
    output:
        pdf=f"{FIGURES}/fig1.pdf",
        png=report(
            f"{FIGURES}/fig1.png",
            caption="../docs/captions/fig1.rst",
            category="2 Figures",
            labels={"figure": "fig1", "view": "figure"},
        ),
    log:
        f"{RESULTS}/logs/montage.log",
    conda:
        "../envs/edgecase.yaml"
    params:
        code=sources.digest("montage"),
        tasks=TASKS,
        source_classes=[EDGE_SETS[config["tasks"][task]["edge_set"]].source_class for task in TASKS],
        orientations=[
            configuration.resolve_task(config, task)["switches"]["orientation"] for task in TASKS
        ],
    shell:
        "python workflow/scripts/montage.py --tasks {params.tasks} --datasets {input.datasets}"
        " --poison {input.poison} --source-class {params.source_classes}"
        " --orientation {params.orientations} --pdf {output.pdf} --png {output.png} 2> {log}"


rule fig1:
    input:
        figure_files("fig1"),


for figure_name in FIGURE_NAMES:

    rule:
        name:
            figure_name
        input:
            figure_files(figure_name),
