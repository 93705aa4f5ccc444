#!/usr/bin/env bash
# Snakemake 9.27.1, retries: the limit of --resources counts a job that asks for more at each attempt with what its first attempt asked for.
#
# With `attempt` a job that failed asks for more memory, and of --resources the documentation says that "the scheduler will ensure that the
# given resources are not exceeded by running jobs". The second attempt is told its 2000 MB, but the scheduler still takes off the first
# one's 1000, so under a limit of 2000 MB two of them run at once, where they would go one by one if they asked for as much from the
# start. Threads that grow with `attempt` are counted so under --cores. Seen with Python 3.11, 2026-11-30, with two trainings that fail
# below 2000 MB:
#
#   limit 2000 MB; first attempt: 2 at once, 2000 MB; second: 2 at once, 4000 MB; 2000 MB from the start: 1 at once, 2000 MB
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
        "1.txt",
        "2.txt",


# Each job writes down how many run, for a while or until there are two.
rule train:
    output:
        "{seed}.txt",
    resources:
        mem_mb=lambda wildcards, attempt: config["first"] * attempt,
    retries: 1
    shell:
        """
        touch running.{wildcards.seed}
        for _ in $(seq 40); do
            ls | grep -c running >> counts.{resources.mem_mb}
            [ "$(sort -n counts.{resources.mem_mb} | tail -n 1)" = 1 ] || break
            sleep 0.1
        done
        rm running.{wildcards.seed}
        [ {resources.mem_mb} -ge 2000 ]
        touch {output}
        """
SNAKEFILE
export PATH="$folder/venv/bin:$PATH"
train() {
    rm -rf .snakemake counts.* [12].txt
    snakemake --cores 4 --resources mem_mb=2000 --config "first=$1" > said 2>&1 || { cat said >&2; exit 1; }
}
at_once() {
    most=$(sort -n "counts.$1" | tail -n 1)
    echo "$most at once, $((most * $1)) MB"
}
train 1000
seen="limit 2000 MB; first attempt: $(at_once 1000); second: $(at_once 2000)"
train 2000
seen+="; 2000 MB from the start: $(at_once 2000)"
echo "$seen"
expected="limit 2000 MB; first attempt: 2 at once, 2000 MB; second: 2 at once, 4000 MB"
expected+="; 2000 MB from the start: 1 at once, 2000 MB"
[ "$seen" = "$expected" ]
