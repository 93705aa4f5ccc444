# One job per cell: every seed of one attack × defense × case × participation × override.
CELL = "{task}/{participation}/{case}/{attack}/{defense}/{override}"


def cell_of(wildcards):
    """The cell that the wildcards name."""
    return Cell(
        wildcards.task,
        wildcards.participation,
        wildcards.case,
        wildcards.attack,
        wildcards.defense,
        wildcards.override,
    )


def partitions(wildcards):
    """The partition of every seed."""
    variant = configuration.partition_variant(config, wildcards.task, wildcards.override)
    return [f"{RESULTS}/partition/{wildcards.task}/{variant}/seed{seed}.npz" for seed in SEEDS]


def poisons(wildcards):
    """The poisoned sets of every seed."""
    variant = configuration.poison_variant(config, wildcards.task, wildcards.override)
    folder = f"{RESULTS}/poison/{wildcards.task}/{wildcards.case}/{variant}"
    return [f"{folder}/seed{seed}.npz" for seed in SEEDS]


def start(wildcards):
    """The starting model."""
    variant = configuration.pretrain_variant(config, wildcards.task, wildcards.override)
    return f"{RESULTS}/pretrain/{wildcards.task}/{variant}.safetensors"


rule cell:
    input:
        dataset=prepared("dataset"),
        partition=partitions,
        poison=poisons,
        start=start,
    output:
        rounds=expand_seeds(f"{RESULTS}/cells/{CELL}/seed{{seed}}.csv"),
        timings=expand_seeds(f"{RESULTS}/cells/{CELL}/seed{{seed}}.timing.csv"),
        record=f"{RESULTS}/cells/{CELL}/cell.json",
    params:
        code=CODE["simulate"],
        parameters=lambda wildcards: as_json(
            configuration.resolve_cell(config, cell_of(wildcards))
        ),
        seeds=" ".join(map(str, SEEDS)),
        device=DEVICE,
        folder=lambda wildcards, output: str(Path(output.record).parent),
    log:
        f"{RESULTS}/logs/cells/{CELL}.log",
    conda:
        "../envs/edgecase.yaml"
    threads: THREADS
    resources:
        gpu=GPU,
    shell:
        SCRIPTS + "/cell.py --dataset {input.dataset} --partition {input.partition}"
        " --poison {input.poison} --start {input.start} --parameters {params.parameters:q}"
        " --override {wildcards.override} --seeds {params.seeds} --device {params.device}"
        " --threads {threads} --out {params.folder} 2> {log}"
