# Tables over every cell of the run.
TABLES = (
    "summary",
    "hyperparameters",
    *(["tab1"] if "fig6" in FIGURE_NAMES else []),
    *(["ablation-effects"] if "ablation" in FIGURE_NAMES else []),
)


rule summary:
    input:
        records=[f"{RESULTS}/cells/{cell.folder}/cell.json" for cell in CELLS],
        rounds=[f"{RESULTS}/cells/{cell.folder}/seed{seed}.csv" for cell in CELLS for seed in SEEDS],
    output:
        csv=f"{RESULTS}/tables/summary.csv",
        measures=f"{RESULTS}/tables/measures.csv",
        markdown=f"{RESULTS}/tables/summary.md",
    log:
        f"{RESULTS}/logs/summary.log",
    conda:
        "../envs/edgecase.yaml"
    params:
        code=sources.digest("summary"),
        cells=folders,
    shell:
        "python workflow/scripts/summary.py --cells {params.cells}"
        " --measures {output.measures} --csv {output.csv} --markdown {output.markdown} 2> {log}"


rule hyperparameters:
    input:
        records=[f"{RESULTS}/cells/{cell.folder}/cell.json" for cell in CELLS],
        starts=starting_models(),
    output:
        csv=f"{RESULTS}/tables/hyperparameters.csv",
        markdown=f"{RESULTS}/tables/hyperparameters.md",
    log:
        f"{RESULTS}/logs/hyperparameters.log",
    conda:
        "../envs/edgecase.yaml"
    params:
        code=sources.digest("hyperparameters"),
        cells=folders,
    shell:
        "python workflow/scripts/hyperparameters.py --cells {params.cells} --starts {input.starts}"
        " --csv {output.csv} --markdown {output.markdown} 2> {log}"


rule fairness:
    input:
        table=f"{RESULTS}/tables/fig6.csv",
    output:
        csv=f"{RESULTS}/tables/tab1.csv",
        markdown=f"{RESULTS}/tables/tab1.md",
    log:
        f"{RESULTS}/logs/fairness.log",
    conda:
        "../envs/edgecase.yaml"
    params:
        code=sources.digest("fairness"),
    shell:
        "python workflow/scripts/fairness.py --table {input.table} --csv {output.csv}"
        " --markdown {output.markdown} 2> {log}"


if "fig6" in FIGURE_NAMES:

    rule tab1:
        input:
            rules.fairness.output,


rule ablation_effects:
    input:
        table=f"{RESULTS}/tables/ablation.csv",
    output:
        csv=f"{RESULTS}/tables/ablation-effects.csv",
        markdown=f"{RESULTS}/tables/ablation-effects.md",
    log:
        f"{RESULTS}/logs/ablation_effects.log",
    conda:
        "../envs/edgecase.yaml"
    params:
        code=sources.digest("ablation_effects"),
    shell:
        "python workflow/scripts/ablation_effects.py --table {input.table} --csv {output.csv}"
        " --markdown {output.markdown} 2> {log}"
