# The paper's claims, judged on the run, and a target for the cells of each.
rule claims:
    input:
        claims=local("config/claims.yaml"),
        measures=f"{RESULTS}/tables/measures.csv",
        densities=f"{RESULTS}/tables/fig2.csv" if DENSITY_TASKS else [],
    output:
        csv=f"{RESULTS}/claims.csv",
        markdown=f"{RESULTS}/claims.md",
    log:
        f"{RESULTS}/logs/claims.log",
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
        "python workflow/scripts/claims.py --claims {input.claims} --measures {input.measures}"
        " {params.densities} --roles {params.roles:q} --configfiles {params.configfiles:q}"
        " --csv {output.csv} --markdown {output.markdown} 2> {log}"


for claim, cells in CLAIM_CELLS.items():

    rule:
        name:
            f"claim-{claim}"
        input:
            [cell_files(cell) for cell in cells],
