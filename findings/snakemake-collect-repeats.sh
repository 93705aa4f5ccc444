#!/usr/bin/env bash
# Snakemake 9.27.1, collect and expand: with values from a function, a pattern without them is there once for each value.
#
# The first argument can be "a list of strings" and each wildcard a list of values or a function of the wildcards, `lookup` for one. Of a
# list, a pattern that has no such wildcard gives one file, and so it is expected of a function that returns the same list. There it gives
# as many as there are values, so what adds up or averages its inputs counts that file several times. Seen with Python 3.11, 2026-11-30,
# with the accuracies 60, 70 and 80 of three seeds and a baseline of 90:
#
#   of a list: 60 70 80 90, mean 75.0; of lookup: 60 70 80 90 90 90, mean 80.0
#
# Fails if that changes (docs/reliability.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" snakemake==9.27.1
cd "$folder"
cat > Snakefile <<'SNAKEFILE'
seeds = {"krum": [1, 2, 3]}
files = ["results/{seed}.txt", "results/baseline.txt"]


rule all:
    input:
        "krum.list",
        "krum.lookup",


rule of_list:
    input:
        collect(files, seed=seeds["krum"]),
    output:
        "krum.list",
    shell:
        "cat {input} > {output}"


rule of_lookup:
    input:
        collect(files, seed=lookup(dpath="{defense}", within=seeds)),
    output:
        "{defense}.lookup",
    shell:
        "cat {input} > {output}"
SNAKEFILE
mkdir results
echo 60 > results/1.txt
echo 70 > results/2.txt
echo 80 > results/3.txt
echo 90 > results/baseline.txt
export PATH="$folder/venv/bin:$PATH"
snakemake --cores 1 > said 2>&1 || { cat said >&2; exit 1; }
of() {
    echo "$(paste -sd ' ' "$1"), mean $(awk '{ sum += $1 } END { printf "%.1f", sum / NR }' "$1")"
}
seen="of a list: $(of krum.list); of lookup: $(of krum.lookup)"
echo "$seen"
[ "$seen" = "of a list: 60 70 80 90, mean 75.0; of lookup: 60 70 80 90 90 90, mean 80.0" ]
