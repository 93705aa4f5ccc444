#!/usr/bin/env bash
# Snakemake 9.27.1, groups: a job whose memory is reckoned from a file that the group itself makes adds nothing to what the group asks for.
#
# "Snakemake will request resources for groups by summing across jobs that can be run in parallel, and taking the max of jobs run in
# series", says its documentation: a training of 4000 MB and a scoring of at least 32000 MB are expected to ask for 32000 MB, or to be
# refused. The scoring's resources take `input.size_mb`, and its input is not there yet, so that they are left out without a word, the part
# that no file has a say in, too: the group asks for what the training needs. Seen with Python 3.11, 2026-11-30, with a script in the place
# of a cluster that writes down what it is asked for and makes the files:
#
#   one by one: train 4000 MB 60 min, score 32000 MB 90 min; as a group: 4000 MB 60 min; without a file, as a group: 32000 MB 150 min
#
# Fails if that changes (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" snakemake==9.27.1 \
    snakemake-executor-plugin-cluster-generic==1.0.9
cd "$folder"
cat > Snakefile <<'SNAKEFILE'
if config["by"] == "file":
    memory = lambda wildcards, input: max(32000, 10 * input.size_mb)
    minutes = lambda wildcards, input: max(90, input.size_mb)
else:
    memory = lambda wildcards: 32000
    minutes = lambda wildcards: 90


rule train:
    output:
        "model.txt",
    resources:
        mem_mb=4000,
        runtime=60,
    shell:
        "echo model > {output}"


rule score:
    input:
        "model.txt",
    output:
        "score.txt",
    resources:
        mem_mb=memory,
        runtime=minutes,
    shell:
        "echo score > {output}"
SNAKEFILE
cat > submit <<'SUBMIT'
#!/usr/bin/env bash
echo "$1 MB $2 min" >> asked
touch model.txt score.txt
echo 1
SUBMIT
cat > status <<'STATUS'
#!/bin/sh
echo success
STATUS
chmod +x submit status
export PATH="$folder/venv/bin:$PATH"
asked() {
    rm -rf .snakemake asked model.txt score.txt
    snakemake --executor cluster-generic --jobs 1 --seconds-between-status-checks 1 --config "by=$1" "${@:2}" \
        --cluster-generic-submit-cmd "./submit {resources.mem_mb} {resources.runtime}" \
        --cluster-generic-status-cmd ./status -- score.txt > said 2>&1 || { cat said >&2; exit 1; }
    cat asked
}
alone=$(asked file)
together=(--groups train=cell score=cell)
seen="one by one: train $(head -n 1 <<< "$alone"), score $(tail -n 1 <<< "$alone")"
seen+="; as a group: $(asked file "${together[@]}")"
seen+="; without a file, as a group: $(asked none "${together[@]}")"
echo "$seen"
expected="one by one: train 4000 MB 60 min, score 32000 MB 90 min; as a group: 4000 MB 60 min"
expected+="; without a file, as a group: 32000 MB 150 min"
[ "$seen" = "$expected" ]
