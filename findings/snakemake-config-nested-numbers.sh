#!/usr/bin/env bash
# Snakemake 9.27.1, `--config`: a number of its own is a number, but inside a mapping or a list it is text.
#
# `--config top=1 'inner={x: 1}' 'listed=[1, 2]'` looks like three times the number 1. The workflow gets the
# int 1, {"x": "1"} and ["1", "2"]. Seen with Python 3.11, 2026-11-28:
#
#   TYPE top int
#   TYPE inner str
#   TYPE listed str
#
# Fails if that changes. Our configuration converts such texts by its schema
# (workflow/edgecase/config/command_line.py).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q snakemake==9.27.1
cd "$folder"
cat > Snakefile <<'SNAKEFILE'
for key in ("top", "inner", "listed"):
    value = config[key]
    leaf = value["x"] if key == "inner" else value[0] if key == "listed" else value
    print("TYPE", key, type(leaf).__name__)


rule all:
    shell:
        "true"
SNAKEFILE
venv/bin/snakemake --version
seen=$(venv/bin/snakemake -n --config top=1 'inner={x: 1}' 'listed=[1, 2]' 2> log | grep '^TYPE') || { cat log; exit 1; }
echo "$seen"
[ "$seen" = "$(printf 'TYPE top int\nTYPE inner str\nTYPE listed str')" ]
