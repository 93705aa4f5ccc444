#!/usr/bin/env bash
# Snakemake 9.27.1, `:q` in a shell command: an empty text is quoted to nothing, and the argument is gone.
#
# `{params.word:q}` makes one argument of a text with a space, so one expects '' of an empty one. The command
# gets one argument fewer. Seen with Python 3.11, 2026-11-29:
#
#   [two words][end]
#
# where [two words][][end] was expected. Fails if that changes. Our rules write `--about={params.about:q}`, which
# stays an argument (rules/report.smk).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q snakemake==9.27.1
cd "$folder"
cat > Snakefile <<'SNAKEFILE'
rule all:
    output:
        "out.txt",
    params:
        empty="",
        word="two words",
    shell:
        "printf '[%s]' {params.word:q} {params.empty:q} end > {output}"
SNAKEFILE
venv/bin/snakemake --version
venv/bin/snakemake --cores 1 > log 2>&1 || { cat log; exit 1; }
cat out.txt
echo
[ "$(cat out.txt)" = "[two words][end]" ]
