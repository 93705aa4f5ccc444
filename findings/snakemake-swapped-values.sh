#!/usr/bin/env bash
# Snakemake 9.27.1, rerun triggers: two named params or inputs that trade their values count as unchanged.
#
# A job runs again when its params or its inputs change. `params: lr=0.1, momentum=0.9` that becomes lr=0.9, momentum=0.1 is
# expected to be such a change, and so is train=x, test=y that becomes train=y, test=x. Only the values are compared, as a
# set without names or number, so nothing is to be done and the old results stay. Seen with Python 3.11, 2026-11-30:
#
#   other value: runs again; params swapped: up to date; inputs swapped: up to date
#
# where three times "runs again" was expected. Fails if that changes. Our rules put the parameters of a job into one JSON text,
# where names count (docs/reliability.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" snakemake==9.27.1
cd "$folder"
echo one > x.txt
echo two > y.txt
cat > Snakefile <<'SNAKEFILE'
rule all:
    input:
        "trained.txt",
        "tested.txt",


rule train:
    output:
        "trained.txt",
    params:
        lr=config["lr"],
        momentum=config["momentum"],
    shell:
        "echo lr {params.lr} momentum {params.momentum} > {output}"


rule test:
    input:
        train=config["train"],
        test=config["test"],
    output:
        "tested.txt",
    shell:
        "cat {input.train} {input.test} > {output}"
SNAKEFILE
venv/bin/snakemake --version
state() {
    venv/bin/snakemake --cores 1 --dry-run --config "$@" > log 2>&1 || { cat log >&2; exit 1; }
    if grep -q 'Nothing to be done' log; then echo "up to date"; else echo "runs again"; fi
}
venv/bin/snakemake --cores 1 --config lr=0.1 momentum=0.9 train=x.txt test=y.txt > log 2>&1 || { cat log; exit 1; }
other=$(state lr=0.2 momentum=0.9 train=x.txt test=y.txt)
params=$(state lr=0.9 momentum=0.1 train=x.txt test=y.txt)
inputs=$(state lr=0.1 momentum=0.9 train=y.txt test=x.txt)
seen="other value: $other; params swapped: $params; inputs swapped: $inputs"
echo "$seen"
[ "$seen" = "other value: runs again; params swapped: up to date; inputs swapped: up to date" ]
