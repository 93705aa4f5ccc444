# Who holds what: the clients' partition and the poisoned sets, per seed.
rule partition:
    input:
        dataset=prepared("dataset"),
    output:
        npz=RUN.partition("{task}", "{variant}", "{seed}"),
        csv=RUN.partition("{task}", "{variant}", "{seed}", "csv"),
        skew=RUN.partition("{task}", "{variant}", "{seed}", "json"),
    log:
        RUN.log("partition/{task}/{variant}/seed{seed}"),
    localrule: True
    conda:
        "../envs/edgecase.yaml"
    params:
        code=sources.digest("partition"),
        edge_set=task_key("edge_set"),
        num_clients=task_key("num_clients"),
        parameters=lambda wildcards: as_json(task_key("partition")(wildcards)),
        folders=own_folders,
    shell:
        "$EDGECASE_PYTHON workflow/scripts/partition.py --dataset {input.dataset} --edge-set {params.edge_set}"
        " {params.folders} --num-clients {params.num_clients} --parameters {params.parameters:q}"
        " --seed {wildcards.seed} --out {output.npz} 2> {log}"


rule poison:
    input:
        dataset=prepared("dataset"),
        edge=prepared("edge_set"),
        partition=lambda wildcards: JOBS.held_apart(**wildcards),
    output:
        npz=RUN.poison("{task}", "{case}", "{variant}", "{seed}"),
        csv=RUN.poison("{task}", "{case}", "{variant}", "{seed}", "csv"),
    log:
        RUN.log("poison/{task}/{case}/{variant}/seed{seed}"),
    localrule: True
    conda:
        "../envs/edgecase.yaml"
    params:
        code=sources.digest("poison"),
        edge_set=task_key("edge_set"),
        num_clients=task_key("num_clients"),
        parameters=lambda wildcards: as_json(task_key("poison")(wildcards)),
        folders=own_folders,
        partition=lambda wildcards, input: (
            f"--partition {input.partition}" if input.partition else ""
        ),
    shell:
        "$EDGECASE_PYTHON workflow/scripts/poison.py --dataset {input.dataset} --edge {input.edge}"
        " --edge-set {params.edge_set} {params.folders} --case {wildcards.case} {params.partition}"
        " --num-clients {params.num_clients} --parameters {params.parameters:q}"
        " --seed {wildcards.seed} --out {output.npz} 2> {log}"
