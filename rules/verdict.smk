# A verdict on one defense, where `verdict.defense` asks for it: attacks over a grid of radii, with the
# defense and without one.
from edgecase.results.cells import verdict_blocks

ASKED = config.get("verdict") or {}
VERDICT_CELLS = expand(verdict_blocks(config))


if "defense" in ASKED:

    rule verdict_table:
        input:
            records=[RUN.record(cell) for cell in VERDICT_CELLS],
            rounds=rounds_of(VERDICT_CELLS),
        output:
            markdown=report(
                RUN.verdict(ASKED["task"], ASKED["defense"], "md"),
                caption="../docs/captions/verdict.rst",
                category="6 Verdicts",
                labels={"defense": ASKED["defense"], "task": ASKED["task"], "what": "page"},
            ),
            csv=report(
                RUN.verdict(ASKED["task"], ASKED["defense"], "csv"),
                caption="../docs/captions/verdict.rst",
                category="6 Verdicts",
                labels={"defense": ASKED["defense"], "task": ASKED["task"], "what": "table"},
            ),
        log:
            RUN.log("verdict_table", ASKED["task"], ASKED["defense"]),
        localrule: True
        conda:
            "../envs/edgecase.yaml"
        params:
            code=sources.digest("verdict_table"),
            defense=ASKED["defense"],
            cells=folders,
            configfiles=CONFIGFILES,
            figure=RUN.verdict(ASKED["task"], ASKED["defense"], "png"),
        shell:
            "$EDGECASE_PYTHON workflow/scripts/verdict_table.py --defense {params.defense} --cells {params.cells}"
            " --configfiles {params.configfiles:q} --csv {output.csv} --markdown {output.markdown}"
            " --figure {params.figure} 2> {log}"

    rule verdict_figure:
        input:
            table=rules.verdict_table.output.csv,
        output:
            pdf=RUN.verdict(ASKED["task"], ASKED["defense"], "pdf"),
            svg=RUN.verdict(ASKED["task"], ASKED["defense"], "svg"),
            caption=RUN.verdict(ASKED["task"], ASKED["defense"], "txt"),
            png=report(
                RUN.verdict(ASKED["task"], ASKED["defense"], "png"),
                caption="../docs/captions/verdict.rst",
                category="6 Verdicts",
                labels={"defense": ASKED["defense"], "task": ASKED["task"], "what": "figure"},
            ),
        log:
            RUN.log("verdict_figure", ASKED["task"], ASKED["defense"]),
        localrule: True
        conda:
            "../envs/edgecase.yaml"
        params:
            code=sources.digest("verdict_figure"),
            looks=as_json(PRODUCTS.looks),
            defense=ASKED["defense"],
        shell:
            "$EDGECASE_PYTHON workflow/scripts/verdict_figure.py --defense {params.defense} --table {input.table}"
            " --pdf {output.pdf} --png {output.png} --looks {params.looks:q} 2> {log}"

    rule verdict:
        input:
            rules.verdict_table.output,
            rules.verdict_figure.output,
        localrule: True

else:

    rule verdict:
        input:
            lambda wildcards: configuration.defense_to_judge(config),
        localrule: True
