# The model that every cell of a task starts from.


rule pretrain:
    input:
        dataset=prepared("dataset"),
        authors=lambda wildcards: JOBS.checkpoint(wildcards.task, wildcards.variant),
    output:
        model=RUN.start("{task}", "{variant}"),
        report=RUN.start("{task}", "{variant}", "json"),
    log:
        RUN.log("pretrain/{task}/{variant}"),
    conda:
        "../envs/edgecase.yaml"
    threads: THREADS
    resources:
        **asks(lambda wildcards: ASKED_BY.start(wildcards.task, wildcards.variant)),
        gpu=PLACEMENT.gpu,
        # No parameter: it changes no result.
        test_batch_size=task_key("test_batch_size"),
    params:
        code=lambda wildcards: sources.digest_for(
            "pretrain", JOBS.start_parameters(wildcards.task, wildcards.variant)
        ),
        parameters=lambda wildcards: as_json(
            JOBS.start_parameters(wildcards.task, wildcards.variant)
        ),
        authors=lambda wildcards, input: f"--authors {input.authors}" if input.authors else "",
        state=RUN.state("pretrain/{task}/{variant}"),
        finished=RUN.finished("pretrain/{task}/{variant}"),
    shell:
        "$EDGECASE_ON_GPU $EDGECASE_PYTHON workflow/scripts/pretrain.py --dataset {input.dataset}"
        " --parameters {params.parameters:q} {params.authors} --device $EDGECASE_DEVICE"
        " --threads $EDGECASE_THREADS --test-batch-size {resources.test_batch_size}"
        " --state $EDGECASE_VOLUME/{params.state} --save-minutes $EDGECASE_SAVE_MINUTES"
        " --finished {params.finished}"
        " --out {output.model} 2> {log}"
