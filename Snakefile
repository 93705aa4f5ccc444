# Reproduces "Attack of the Tails: Yes, You Really Can Backdoor Federated Learning" (NeurIPS 2020).
from snakemake.utils import min_version

min_version("9.0")


configfile: "config/config.yaml"


include: "rules/common.smk"
include: "rules/inputs.smk"
include: "rules/requests.smk"
include: "rules/data.smk"
include: "rules/poison.smk"
include: "rules/pretrain.smk"
include: "rules/cells.smk"
include: "rules/densities.smk"
include: "rules/figures.smk"
include: "rules/tables.smk"
include: "rules/claims.smk"
include: "rules/verdict.smk"
include: "rules/report.smk"
include: "rules/plan.smk"


# Cells, starting models and densities are sent to a cluster; the rest takes seconds, or the internet.
localrules:
    all,
    cells,
    tables,
    download,
    prepare,
    partition,
    poison,
    collect,
    figure,
    montage,
    density_table,
    density_figure,
    summary,
    hyperparameters,
    fairness,
    ablation_effects,
    claims,
    verdict,
    page,
    provenance,
    front,


rule all:
    default_target: True
    input:
        figure_files(),
        table_files(),
        rules.claims.output,
        report_files(),


rule cells:
    input:
        [cell_files(cell) for cell in CELLS],


rule tables:
    input:
        table_files(),
