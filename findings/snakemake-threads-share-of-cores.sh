#!/usr/bin/env bash
# Snakemake 9.27.1, threads: a share of the cores that is less than a half is no thread at all, and --cores does not limit such jobs.
#
# "Snakemake will always round the calculated value down (while enforcing a minimum of 1 thread)", says the documentation of
# `threads: workflow.cores * 0.75`. It is rounded to the nearest number, without a minimum: a job of a tenth of three cores has no thread,
# so any number of them run at once, each with 0 as its {threads}; one of nine tenths has all three. Functions of threads, and
# --set-threads, are no different. Seen with Python 3.11, 2026-11-30, with five jobs of each:
#
#   3 cores; a tenth: 0 threads, 5 at once (documented: 1, 3); nine tenths: 3 threads (documented: 2)
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
rule all:
    input:
        expand("{seed}.txt", seed=range(5)),


# Each job writes down how many run, for a while or until all do.
rule train:
    output:
        "{seed}.txt",
    threads: workflow.cores * config["share"]
    shell:
        """
        echo {threads} > threads
        touch running.{wildcards.seed}
        for _ in $(seq 30); do
            ls | grep -c running >> counts
            [ "$(sort -n counts | tail -n 1)" -lt 5 ] || break
            sleep 0.1
        done
        rm running.{wildcards.seed}
        touch {output}
        """
SNAKEFILE
export PATH="$folder/venv/bin:$PATH"
train() {
    rm -rf .snakemake counts ./*.txt
    snakemake --cores 3 --config "share=$1" > said 2>&1 || { cat said >&2; exit 1; }
}
train 0.1
seen="3 cores; a tenth: $(cat threads) threads, $(sort -n counts | tail -n 1) at once (documented: 1, 3)"
train 0.9
seen+="; nine tenths: $(cat threads) threads (documented: 2)"
echo "$seen"
[ "$seen" = "3 cores; a tenth: 0 threads, 5 at once (documented: 1, 3); nine tenths: 3 threads (documented: 2)" ]
