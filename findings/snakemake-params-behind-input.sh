#!/usr/bin/env bash
# Snakemake 9.27.1, rerun triggers: a params function that takes `input` is not compared, whatever its value comes from.
#
# A job runs again when its params change. `lambda wildcards: config["lr"]` is watched so, and so one expects
# `lambda wildcards, input: config["lr"]` to be, and `lambda wildcards, output: ...`. Whatever takes `input` or `output` counts as
# derived from these files and is not recorded, so with another `lr` there the old result stays. Seen with Python 3.11, 2026-11-30:
#
#   wildcards: runs again; wildcards, input: up to date; wildcards, output: up to date
#
# where three times "runs again" was expected. Fails if that changes. In our rules such functions read their files' names alone
# (tests/test_structure.py).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" snakemake==9.27.1
cd "$folder"
echo data > data.txt
cat > Snakefile <<'SNAKEFILE'
for number, value in enumerate(
    [
        lambda wildcards: config["lr"],
        lambda wildcards, input: config["lr"],
        lambda wildcards, output: config["lr"],
    ]
):

    rule:
        name:
            f"train{number}"
        input:
            "data.txt",
        output:
            f"trained{number}.txt",
        params:
            lr=value,
        shell:
            "echo {params.lr} > {output}"
SNAKEFILE
venv/bin/snakemake --version
venv/bin/snakemake --cores 1 --config lr=0.1 -- trained0.txt trained1.txt trained2.txt > log 2>&1 || { cat log; exit 1; }
state() {
    venv/bin/snakemake --cores 1 --dry-run --config lr=0.2 -- "$1" > log 2>&1 || { cat log >&2; exit 1; }
    if grep -q 'Nothing to be done' log; then echo "up to date"; else echo "runs again"; fi
}
seen="wildcards: $(state trained0.txt); wildcards, input: $(state trained1.txt); wildcards, output: $(state trained2.txt)"
echo "$seen"
[ "$seen" = "wildcards: runs again; wildcards, input: up to date; wildcards, output: up to date" ]
