# What Snakemake's report shows beside the figures: a first page, a page per table, the provenance.
REPORT = f"{RESULTS}/report"
TABLE_TITLES = {
    "claims": "Claims of the paper, test by test",
    "summary": "Summary of every cell",
    "measures": "Measures of every cell and seed",
    "tab1": "Table 1: fairness in numbers",
    "ablation-effects": "What each switch changes",
    "hyperparameters": "Hyper-parameters used and reported",
}
PAGE_TITLES = {
    name: title for name, title in TABLE_TITLES.items() if name in ("claims", "measures", *TABLES)
}
# Figure 1 has no table: it shows images.
NUMBERED_FIGURES = [*(["fig2"] if DENSITY_TASKS else []), *FIGURE_NAMES]


report: "../docs/captions/report.rst"


rule page:
    input:
        table=lambda wildcards: page_table(wildcards.table),
        summary=lambda wildcards: (
            f"{RESULTS}/tables/summary.csv" if wildcards.table in FIGURE_NAMES else []
        ),
    output:
        html=report(
            f"{REPORT}/{{table}}.html",
            caption="../docs/captions/page.rst",
            category=report_category,
            labels=page_labels("numbers"),
        ),
        packed=report(
            f"{REPORT}/{{table}}.csv.gz",
            caption="../docs/captions/page.rst",
            category=report_category,
            labels=page_labels("whole CSV"),
        ),
    log:
        f"{RESULTS}/logs/page/{{table}}.log",
    wildcard_constraints:
        table="|".join([*PAGE_TITLES, *NUMBERED_FIGURES]),
    conda:
        "../envs/edgecase.yaml"
    params:
        code=sources.digest("page"),
        about_figure=lambda wildcards: wildcards.table in NUMBERED_FIGURES,
        title=lambda wildcards: PAGE_TITLES.get(wildcards.table, f"Numbers of {wildcards.table}"),
    shell:
        "python workflow/scripts/page.py --table {input.table} --title {params.title:q}"
        " --summary {input.summary} --out {output.html}"
        " --packed {output.packed} 2> {log}"


rule provenance:
    input:
        records=[f"{RESULTS}/cells/{cell.folder}/cell.json" for cell in CELLS],
        starts=starting_models(),
    output:
        html=report(
            f"{REPORT}/provenance.html",
            caption="../docs/captions/provenance.rst",
            category="5 Provenance",
            labels={"page": "versions, digests, commands"},
        ),
    log:
        f"{RESULTS}/logs/provenance.log",
    conda:
        "../envs/edgecase.yaml"
    params:
        code=sources.digest("provenance"),
        run=config["run"],
        configfiles=CONFIGFILES,
    shell:
        "python workflow/scripts/provenance.py --run {params.run} --configfiles {params.configfiles:q}"
        " --records {input.records} --starts {input.starts} --out {output.html} 2> {log}"


rule front:
    input:
        claims=f"{RESULTS}/claims.csv",
        records=[f"{RESULTS}/cells/{cell.folder}/cell.json" for cell in CELLS],
        timings=[
            f"{RESULTS}/cells/{cell.folder}/seed{seed}.timing.csv"
            for cell in CELLS
            for seed in SEEDS
        ],
        starts=starting_models(),
        sources=local("config/sources.yaml"),
        captions=[local(f"docs/captions/{name}.rst") for name in numbered_figures()],
    output:
        html=f"{REPORT}/front.html",
    log:
        f"{RESULTS}/logs/front.log",
    conda:
        "../envs/edgecase.yaml"
    params:
        code=sources.digest("front"),
        run=config["run"],
        configfiles=CONFIGFILES,
        figures=[f"{FIGURES}/{name}.png" for name in numbered_figures()],
        pages=[f"{REPORT}/{name}.html" for name in [*PAGE_TITLES, "provenance"]],
        titles=[*PAGE_TITLES.values(), "Provenance: versions, digests, commands"],
    shell:
        "python workflow/scripts/front.py --run {params.run} --configfiles {params.configfiles:q}"
        " --claims {input.claims} --records {input.records} --timings {input.timings}"
        " --starts {input.starts} --sources {input.sources} --figures {params.figures}"
        " --captions {input.captions} --pages {params.pages} --titles {params.titles:q}"
        " --out {output.html} 2> {log}"
