# The model that every cell of a task starts from.
def authors_checkpoint(wildcards):
    """The folder of the authors' checkpoint, where the task starts from it."""
    if task_key("start")(wildcards) != "authors":
        return []
    source, _ = AUTHORS_STARTS[task_key("model")(wildcards)["name"]]
    return f"results/data/raw/{source}"


def pretrain_parameters(wildcards):
    """What the starting model depends on, and nothing else."""
    resolved = configuration.resolve_task(config, wildcards.task, wildcards.variant)
    keys = ("dataset", "model", "start", "pretrain", "test_batch_size", "precision")
    return {key: resolved[key] for key in keys} | {
        "test_samples": resolved.get("test_samples"),
        "switches": {key: resolved["switches"][key] for key in ("orientation", "transforms")},
    }


rule pretrain:
    input:
        dataset=prepared("dataset"),
        authors=authors_checkpoint,
    output:
        model=f"{RESULTS}/pretrain/{{task}}/{{variant}}.safetensors",
        report=f"{RESULTS}/pretrain/{{task}}/{{variant}}.json",
    params:
        code=CODE["simulate"],
        parameters=lambda wildcards: as_json(pretrain_parameters(wildcards)),
        authors=lambda wildcards, input: f"--authors {input.authors}" if input.authors else "",
        device=DEVICE,
    log:
        f"{RESULTS}/logs/pretrain/{{task}}/{{variant}}.log",
    conda:
        "../envs/edgecase.yaml"
    threads: THREADS
    resources:
        gpu=GPU,
    shell:
        SCRIPTS + "/pretrain.py --dataset {input.dataset} --parameters {params.parameters:q}"
        " {params.authors} --device {params.device} --threads {threads}"
        " --out {output.model} 2> {log}"
