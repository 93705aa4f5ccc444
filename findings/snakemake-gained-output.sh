#!/usr/bin/env bash
# Snakemake 9.27.1, rerun triggers: once a rule has an output more, jobs asked for an old one no longer see that anything has changed.
#
# A result whose params, code or inputs have changed is made again. That is expected of `model.txt` too when its rule also gets a new
# output, `log.txt`, that nobody asks for. But as nothing is recorded of the new file yet, all the triggers are skipped for the whole job,
# and the old result counts as current:
#
#   params changed: runs again; params changed, an output more: up to date; code changed, an output more: up to date
#
# where three times "runs again" was expected; asking for the new file, too, makes it again. Seen with Python 3.11, 2026-11-30. Fails if that
# changes. Cells here have one output for each seed, so `make decide` asks for all of them (docs/reliability.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" snakemake==9.27.1
cd "$folder"
# The rule with a learning rate, further outputs and a command before the end of its shell.
rule() {
    printf 'rule train:\n    output:\n        model="model.txt",\n%s    params:\n        lr=%s,\n    shell:\n        "%secho {params.lr} | tee {output}"\n' \
        "$2" "$1" "$3" > Snakefile
}
state() {
    venv/bin/snakemake --cores 1 --dry-run -- model.txt > log 2>&1 || { cat log >&2; exit 1; }
    if grep -q 'Nothing to be done' log; then echo "up to date"; else echo "runs again"; fi
}
more=$'        log="log.txt",\n'
rule 0.1 "" ""
venv/bin/snakemake --cores 1 -- model.txt > log 2>&1 || { cat log; exit 1; }
rule 0.2 "" ""
params=$(state)
rule 0.2 "$more" ""
both=$(state)
rule 0.1 "$more" "true; "
seen="params changed: $params; params changed, an output more: $both; code changed, an output more: $(state)"
venv/bin/snakemake --version
echo "$seen"
[ "$seen" = "params changed: runs again; params changed, an output more: up to date; code changed, an output more: up to date" ]
