#!/usr/bin/env bash
# Snakemake 9.27.1: --set-threads and --set-resources of a rule that there is not are passed over without a word.
#
# A mistyped rule is expected to be refused, as --until does, or at least to be warned of. The job runs with what it would have had: one
# that was to get more memory or time on a cluster fails for want of it, hours later. So it is with set-threads and set-resources in a
# profile, after a rule was renamed. Seen with Python 3.11, 2026-11-30:
#
#   train: 4 threads, 8000 MB; trian: 1 threads, 100 MB, exit status 0, named in 0 lines of what Snakemake says; --until trian: exit status 1
#
# Fails if that changes. Unknown rules are refused before any job here (docs/reliability.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q snakemake==9.27.1
cd "$folder"
cat > Snakefile <<'SNAKEFILE'
rule train:
    output:
        "model.txt",
    resources:
        mem_mb=100,
    shell:
        "echo {threads} threads, {resources.mem_mb} MB > {output}"
SNAKEFILE

run() {
    rm -f model.txt
    status=0
    venv/bin/snakemake --cores 4 "$@" > said 2>&1 || status=$?
}

run --set-threads train=4 --set-resources train:mem_mb=8000
seen="train: $(cat model.txt)"
run --set-threads trian=4 --set-resources trian:mem_mb=8000
# The line that repeats the command line says nothing of the rule.
seen+="; trian: $(cat model.txt), exit status $status, named in $(grep -v Command: said | grep -c trian || true) lines of what Snakemake says"
run --until trian
seen+="; --until trian: exit status $status"
echo "$seen"
[ "$seen" = "train: 4 threads, 8000 MB; trian: 1 threads, 100 MB, exit status 0, named in 0 lines of what Snakemake says; --until trian: exit status 1" ]
