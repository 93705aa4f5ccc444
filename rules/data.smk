# Downloads and prepared arrays; shared by all runs.
def raw_folders(name):
    """The folders of verified files that a data set or an edge set is prepared from."""
    described = DATASETS.get(name) or EDGE_SETS[name]
    return [f"results/data/raw/{source}" for source in described.sources]


rule download:
    output:
        folder=directory("results/data/raw/{source}"),
    log:
        "results/data/logs/download-{source}.log",
    conda:
        "../envs/edgecase.yaml"
    shell:
        SCRIPTS + "/download.py --sources config/sources.yaml --source {wildcards.source}"
        " --out {output.folder} 2> {log}"


rule prepare:
    input:
        raw=lambda wildcards: raw_folders(wildcards.name),
    output:
        npz="results/data/{name}.npz",
    params:
        code=CODE["prepare"],
        raw=lambda wildcards, input: f"--raw {input.raw}" if input.raw else "",
    log:
        "results/data/logs/prepare-{name}.log",
    conda:
        "../envs/edgecase.yaml"
    shell:
        SCRIPTS + "/prepare.py --sources config/sources.yaml --name {wildcards.name}"
        " {params.raw} --out {output.npz} 2> {log}"
