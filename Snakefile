# Reproduces "Attack of the Tails: Yes, You Really Can Backdoor Federated Learning" (NeurIPS 2020).
from snakemake.exceptions import WorkflowError
from snakemake.utils import min_version

min_version("9.0")

# The rules and what they read and write are found from here.
if not Path(workflow.basedir).samefile("."):
    raise WorkflowError(
        f"Snakemake runs in the project's folder alone: cd {workflow.basedir} and call it there, "
        "without -s or --directory. Results on another disk: make results/ a link to a folder of it"
    )


configfile: "config/config.yaml"


include: "rules/common.smk"


# Where jobs run with `--sdm apptainer`.
if "container" in config:

    container: config["container"]


include: "rules/inputs.smk"
include: "rules/requests.smk"
include: "rules/data.smk"
include: "rules/poison.smk"
include: "rules/pretrain.smk"
include: "rules/cells.smk"


# What is made of all cells is no work for a machine that runs a share of them.
if "shard" not in config:

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
    measured,
    figures,
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
        all_files(),


rule cells:
    input:
        [cell_files(cell) for cell in CELLS],


if "shard" not in config:

    # What needs a model; all else is drawn from it.
    rule measured:
        input:
            rules.cells.input,
            density_files(),

    rule figures:
        input:
            figure_files(),

    rule tables:
        input:
            table_files(),
