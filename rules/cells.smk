# One job per cell: every seed of one attack × defense × case × participation × override.


rule cell:
    input:
        dataset=prepared("dataset"),
        partition=lambda wildcards: JOBS.partitions(cell_of(wildcards)),
        poison=lambda wildcards: JOBS.poisons(cell_of(wildcards)),
        start=lambda wildcards: JOBS.start(wildcards.task, wildcards.override),
        marks=lambda wildcards: JOBS.marks(cell_of(wildcards)),
    output:
        rounds=RUN.rounds(AXES, SEEDS),
        timings=RUN.timings(AXES, SEEDS),
        record=RUN.record(AXES),
    log:
        RUN.log("cells", AXES),
    conda:
        "../envs/edgecase.yaml"
    threads: THREADS
    resources:
        **asks(lambda wildcards: ASKED_BY.cell(cell_of(wildcards))),
        gpu=PLACEMENT.gpu,
        # No parameter: it changes no result.
        test_batch_size=task_key("test_batch_size"),
    params:
        code=lambda wildcards: sources.digest_for("cell", JOBS.cell_parameters(cell_of(wildcards))),
        parameters=lambda wildcards: as_json(JOBS.cell_parameters(cell_of(wildcards))),
        seeds=" ".join(map(str, SEEDS)),
        backend=config.get("backend", "auto"),
        probes=RUN.probes,
        state=RUN.state(AXES),
        kept=RUN.finished(AXES),
        results=lambda wildcards: RUN.results,
        folder=lambda wildcards, output: str(Path(output.record).parent),
        marks=lambda wildcards, input: f"--marks {input.marks}" if input.marks else "",
    shell:
        "$EDGECASE_ON_GPU $EDGECASE_PYTHON workflow/scripts/cell.py --dataset {input.dataset}"
        " --partition {input.partition} --poison {input.poison} --start {input.start}"
        " {params.marks}"
        " --parameters {params.parameters:q} --override {wildcards.override} --seeds {params.seeds}"
        " --device $EDGECASE_DEVICE --threads $EDGECASE_THREADS"
        " --test-batch-size {resources.test_batch_size} --backend {params.backend}"
        " --probes $EDGECASE_VOLUME/{params.probes} --memory-share $EDGECASE_MEMORY_SHARE"
        " --state $EDGECASE_VOLUME/{params.state} --save-minutes $EDGECASE_SAVE_MINUTES"
        " --trackers $EDGECASE_TRACKERS --track-in $EDGECASE_VOLUME/{params.results}"
        " --kept {params.kept} --out {params.folder} 2> {log}"


rule cells:
    input:
        cell_files(CELLS),
    localrule: True
