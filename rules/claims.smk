# The paper's claims, judged on the run, and a target for the cells of each.
rule claims:
    input:
        claims=local("config/claims.yaml"),
        measures=RUN.table("measures"),
        densities=RUN.table("fig2") if PRODUCTS.density_tasks else [],
    output:
        csv=RUN.claims(),
        markdown=RUN.claims("md"),
    log:
        RUN.log("claims"),
    localrule: True
    conda:
        "../envs/edgecase.yaml"
    params:
        code=sources.digest("claims"),
        roles=as_json(config.get("claims", {})),
        configfiles=CONFIGFILES,
        densities=lambda wildcards, input: (
            f"--densities {input.densities}" if input.densities else ""
        ),
    shell:
        "$EDGECASE_PYTHON workflow/scripts/claims.py --claims {input.claims} --measures {input.measures}"
        " {params.densities} --roles {params.roles:q} --configfiles {params.configfiles:q}"
        " --csv {output.csv} --markdown {output.markdown} 2> {log}"


for claim, cells in claims.cells_needed(
    CLAIMS, config.get("claims", {}), all_cells(config)
).items():

    rule:
        name:
            f"claim-{claim}"
        input:
            cell_files(cells),
