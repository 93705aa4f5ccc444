# What Snakemake's report shows beside the figures: a first page, a page per table, the provenance.
report: "../docs/captions/report.rst"


# Read by that caption.
config["front_page"] = PRODUCTS.front


rule page:
    input:
        table=lambda wildcards: PRODUCTS.page_table(wildcards.table),
        summary=lambda wildcards: (RUN.table("summary") if wildcards.table in FIGURE_NAMES else []),
    output:
        html=report(
            RUN.page("{table}"),
            caption="../docs/captions/page.rst",
            category=lambda wildcards: CONTENTS.category(wildcards.table),
            labels=lambda wildcards: CONTENTS.labels(wildcards.table, "numbers"),
        ),
        packed=report(
            RUN.page("{table}", "csv.gz"),
            caption="../docs/captions/page.rst",
            category=lambda wildcards: CONTENTS.category(wildcards.table),
            labels=lambda wildcards: CONTENTS.labels(wildcards.table, "whole CSV"),
        ),
    log:
        RUN.log("page/{table}"),
    wildcard_constraints:
        table="|".join(CONTENTS.pages),
    localrule: True
    conda:
        "../envs/edgecase.yaml"
    params:
        code=sources.digest("page"),
        about_figure=lambda wildcards: wildcards.table in CONTENTS.with_table,
        title=lambda wildcards: CONTENTS.title(wildcards.table),
    shell:
        "$EDGECASE_PYTHON workflow/scripts/page.py --table {input.table} --title {params.title:q}"
        " --summary {input.summary} --out {output.html}"
        " --packed {output.packed} 2> {log}"


rule provenance:
    input:
        records=[RUN.record(cell) for cell in CELLS],
        starts=JOBS.starts(CELLS),
    output:
        html=report(
            RUN.page("provenance"),
            caption="../docs/captions/provenance.rst",
            category="5 Provenance",
            labels={"page": "versions, digests, commands"},
        ),
    log:
        RUN.log("provenance"),
    localrule: True
    conda:
        "../envs/edgecase.yaml"
    params:
        code=sources.digest("provenance"),
        run=config["run"],
        configfiles=CONFIGFILES,
    shell:
        "$EDGECASE_PYTHON workflow/scripts/provenance.py --run {params.run} --configfiles {params.configfiles:q}"
        " --records {input.records} --starts {input.starts} --out {output.html} 2> {log}"


rule explorer:
    input:
        records=[RUN.record(cell) for cell in CELLS],
        rounds=rounds_of(CELLS),
    output:
        html=report(
            RUN.page("explorer"),
            caption="../docs/captions/explorer.rst",
            category="0 Explorer",
            labels={"page": "any cell by seed"},
        ),
    log:
        RUN.log("explorer"),
    localrule: True
    conda:
        "../envs/edgecase.yaml"
    params:
        code=sources.digest("explorer"),
        run=config["run"],
        cells=folders,
    shell:
        "$EDGECASE_PYTHON workflow/scripts/explorer.py --run {params.run} --cells {params.cells}"
        " --out {output.html} 2> {log}"


rule front:
    input:
        claims=RUN.claims(),
        records=[RUN.record(cell) for cell in CELLS],
        timings=[path for cell in CELLS for path in RUN.timings(cell, SEEDS)],
        starts=JOBS.starts(CELLS),
        sources=local("config/sources.yaml"),
        captions=[local(f"docs/captions/{name}.rst") for name in PRODUCTS.numbered()],
        figures=[RUN.figure(name) for name in PRODUCTS.numbered()],
    output:
        html=RUN.page("front"),
    log:
        RUN.log("front"),
    localrule: True
    conda:
        "../envs/edgecase.yaml"
    params:
        code=sources.digest("front"),
        run=config["run"],
        about=config.get("about", ""),
        configfiles=CONFIGFILES,
        pages=[RUN.page(name) for name in ["explorer", *CONTENTS.titles, "provenance"]],
        titles=[EXPLORER, *CONTENTS.titles.values(), PROVENANCE],
    shell:
        "$EDGECASE_PYTHON workflow/scripts/front.py --run {params.run} --about={params.about:q} --configfiles {params.configfiles:q}"
        " --claims {input.claims} --records {input.records} --timings {input.timings}"
        " --starts {input.starts} --sources {input.sources} --figures {input.figures}"
        " --captions {input.captions} --pages {params.pages} --titles {params.titles:q}"
        " --out {output.html} 2> {log}"


# The first page of a report of one figure: what was run for it.
rule figure_front:
    input:
        records=lambda wildcards: [*map(RUN.record, cells_of(wildcards.figure))],
        timings=lambda wildcards: [
            path for cell in cells_of(wildcards.figure) for path in RUN.timings(cell, SEEDS)
        ],
        starts=lambda wildcards: JOBS.starts(cells_of(wildcards.figure)),
        sources=local("config/sources.yaml"),
        captions=lambda wildcards: local(f"docs/captions/{wildcards.figure}.rst"),
        figures=RUN.figure("{figure}"),
    output:
        html=RUN.page("front-{figure}"),
    log:
        RUN.log("front/{figure}"),
    wildcard_constraints:
        figure="|".join(FIGURE_NAMES) or "none",
    localrule: True
    conda:
        "../envs/edgecase.yaml"
    params:
        code=sources.digest("front"),
        run=config["run"],
        configfiles=CONFIGFILES,
    shell:
        "$EDGECASE_PYTHON workflow/scripts/front.py --run {params.run} --configfiles {params.configfiles:q}"
        " --records {input.records} --timings {input.timings} --starts {input.starts}"
        " --sources {input.sources} --figures {input.figures} --captions {input.captions}"
        " --out {output.html} 2> {log}"
