# A verdict on one defense, where `verdict.defense` asks for it: attacks over a grid of radii, with the
# defense and without one.
from edgecase.results.cells import verdict_blocks

ASKED = config.get("verdict") or {}
VERDICT_CELLS = expand(verdict_blocks(config))


if "defense" in ASKED:

    rule verdict:
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
            png=report(
                RUN.verdict(ASKED["task"], ASKED["defense"], "png"),
                caption="../docs/captions/verdict.rst",
                category="6 Verdicts",
                labels={"defense": ASKED["defense"], "task": ASKED["task"], "what": "figure"},
            ),
            pdf=RUN.verdict(ASKED["task"], ASKED["defense"], "pdf"),
        log:
            RUN.log("verdict", ASKED["task"], ASKED["defense"]),
        localrule: True
        conda:
            "../envs/edgecase.yaml"
        params:
            code=sources.digest("verdict"),
            defense=ASKED["defense"],
            cells=folders,
            configfiles=CONFIGFILES,
        shell:
            "python workflow/scripts/verdict.py --defense {params.defense} --cells {params.cells}"
            " --configfiles {params.configfiles:q} --csv {output.csv} --markdown {output.markdown}"
            " --pdf {output.pdf} --png {output.png} 2> {log}"

else:

    rule verdict:
        input:
            lambda wildcards: configuration.defense_to_judge(config),
        localrule: True
