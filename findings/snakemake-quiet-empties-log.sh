#!/usr/bin/env bash
# Snakemake 9.27.1: `--quiet all` leaves the run's file in .snakemake/log empty.
#
# `--quiet` is about what is printed, so one expects the file to hold the jobs all the same: it is where one looks
# when a quiet run in the night has failed. It has none of them. Seen with Python 3.11, 2026-11-29:
#
#   lines with "rule all": 1 as usual, 0 with --quiet all
#
# where 1 and 1 were expected. Fails if that changes. No command of ours is quiet: one line of our own stands for
# what Snakemake prints (workflow/edgecase/pipeline/view.py), and the file has everything.
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
    shell:
        "echo done > {output}"
SNAKEFILE
venv/bin/snakemake --version
lines() {
    rm -rf .snakemake out.txt
    venv/bin/snakemake --cores 1 "$@" > printed 2>&1 || { cat printed; exit 1; }
    test -s out.txt
    cat .snakemake/log/*.log | grep -c 'rule all:' || true
}
usual=$(lines)
quiet=$(lines --quiet all)
echo "lines with \"rule all\": $usual as usual, $quiet with --quiet all"
[ "$usual $quiet" = "1 0" ]
