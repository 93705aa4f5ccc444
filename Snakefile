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


# Cells, starting models and densities are sent to a cluster; other rules are local: they take seconds,
# or the internet.
rule all:
    default_target: True
    input:
        cell_files(CELLS),
        PRODUCTS.all(),
    localrule: True


# Snakemake passes over a rule that it does not know. The machine of a share lacks some that a profile may name.
if "shard" not in config:
    told = checked.unknown_rules(
        {
            "--set-threads": workflow.resource_settings.overwrite_threads,
            "--set-resources": workflow.resource_settings.overwrite_resources,
        },
        [known.name for known in workflow.rules if not known.norun],
    )
    if told:
        raise WorkflowError(told)
