# Who holds what: the clients' partition and the poisoned sets, per seed.
rule partition:
    input:
        dataset=prepared("dataset"),
    output:
        npz=f"{RESULTS}/partition/{{task}}/{{variant}}/seed{{seed}}.npz",
        csv=f"{RESULTS}/partition/{{task}}/{{variant}}/seed{{seed}}.csv",
    log:
        f"{RESULTS}/logs/partition/{{task}}/{{variant}}/seed{{seed}}.log",
    conda:
        "../envs/edgecase.yaml"
    params:
        code=sources.digest("partition"),
        edge_set=task_key("edge_set"),
        num_clients=task_key("num_clients"),
        parameters=lambda wildcards: as_json(task_key("partition")(wildcards)),
    shell:
        "python workflow/scripts/partition.py --dataset {input.dataset} --edge-set {params.edge_set}"
        " --num-clients {params.num_clients} --parameters {params.parameters:q}"
        " --seed {wildcards.seed} --out {output.npz} 2> {log}"


rule poison:
    input:
        dataset=prepared("dataset"),
        edge=prepared("edge_set"),
    output:
        npz=f"{RESULTS}/poison/{{task}}/{{case}}/{{variant}}/seed{{seed}}.npz",
        csv=f"{RESULTS}/poison/{{task}}/{{case}}/{{variant}}/seed{{seed}}.csv",
    log:
        f"{RESULTS}/logs/poison/{{task}}/{{case}}/{{variant}}/seed{{seed}}.log",
    conda:
        "../envs/edgecase.yaml"
    params:
        code=sources.digest("poison"),
        edge_set=task_key("edge_set"),
        num_clients=task_key("num_clients"),
        parameters=lambda wildcards: as_json(task_key("poison")(wildcards)),
    shell:
        "python workflow/scripts/poison.py --dataset {input.dataset} --edge {input.edge}"
        " --edge-set {params.edge_set} --case {wildcards.case}"
        " --num-clients {params.num_clients} --parameters {params.parameters:q}"
        " --seed {wildcards.seed} --out {output.npz} 2> {log}"
