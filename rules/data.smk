# Downloads and prepared arrays; shared by all runs.


rule download:
    output:
        folder=directory(layout.raw("{source}")),
    log:
        "results/data/logs/download-{source}.log",
    localrule: True
    conda:
        "../envs/edgecase.yaml"
    shell:
        "python workflow/scripts/download.py --sources config/sources.yaml --source {wildcards.source}"
        " --out {output.folder} 2> {log}"


rule prepare:
    input:
        raw=lambda wildcards: raw_folders(wildcards.name),
    output:
        npz=layout.prepared("{name}"),
    log:
        "results/data/logs/prepare-{name}.log",
    priority: 1
    localrule: True
    conda:
        "../envs/edgecase.yaml"
    params:
        code=lambda wildcards: sources.digest(
            "prepare", (DATASETS | EDGE_SETS)[wildcards.name].build.__module__
        ),
        raw=lambda wildcards, input: f"--raw {input.raw}" if input.raw else "",
    shell:
        "$EDGECASE_PYTHON workflow/scripts/prepare.py --sources config/sources.yaml --name {wildcards.name}"
        " {params.raw} --out {output.npz} 2> {log}"


rule prepare_folder:
    output:
        **layout.beside("{photographs}"),
        npz=layout.prepared("{photographs}"),
    log:
        "results/data/logs/prepare-{photographs}.log",
    priority: 1  # what is wrong with a folder is told before anything trains
    localrule: True
    conda:
        "../envs/edgecase.yaml"
    threads: THREADS
    params:
        code=sources.digest("prepare_folder"),
        path=lambda wildcards: config["folders"][wildcards.photographs]["path"],
        about=lambda wildcards: as_json(described(config, wildcards.photographs)),
    shell:
        "python workflow/scripts/prepare_folder.py --folder {params.path:q} --about {params.about:q}"
        " --threads {threads} --out {output.npz} 2> {log}"


use rule prepare_folder as prepare_files with:
    output:
        **layout.beside("{files}"),
        npz=layout.prepared("{files}"),
        test=layout.test_images("{files}"),
    log:
        "results/data/logs/prepare-{files}.log",
    params:
        code=sources.digest("prepare_folder"),
        path=lambda wildcards: config["folders"][wildcards.files]["path"],
        about=lambda wildcards: as_json(described(config, wildcards.files)),


rule prepare_lines:
    output:
        npz=layout.prepared("{lines}"),
    log:
        "results/data/logs/prepare-{lines}.log",
    priority: 1
    localrule: True
    conda:
        "../envs/edgecase.yaml"
    params:
        code=sources.digest("prepare_lines"),
        path=lambda wildcards: config["folders"][wildcards.lines]["path"],
    shell:
        "python workflow/scripts/prepare_lines.py --file {params.path:q} --out {output.npz} 2> {log}"
