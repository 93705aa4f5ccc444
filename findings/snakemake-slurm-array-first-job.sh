#!/usr/bin/env bash
# snakemake-executor-plugin-slurm 2.8.0, --slurm-array-jobs: all jobs of an array get time, memory and cores of the first one.
#
# Rules give their jobs resources by wildcards, and the option only says that it submits "jobs as SLURM job arrays, if possible": jobs
# that ask for different resources are expected in arrays of their own, or alone. One array has them all, and one job's numbers, without
# a warning: the others wait for what they do not need, or end at a limit that is not theirs. Seen with Python 3.11 and Snakemake 9.27.1,
# 2026-11-30, where a script in the place of sbatch writes down what three cells of 2000, 4000 and 64000 MB ask for:
#
#   as single jobs: 3 submissions, 3 times, 3 memories, 3 core counts; as an array: 1 submissions, 1 times, 1 memories, 1 core counts
#
# Fails if that changes (docs/same-name-other-rule.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" snakemake==9.27.1 \
    snakemake-executor-plugin-slurm==2.8.0 snakemake-executor-plugin-slurm-jobstep==0.6.1
cd "$folder"
cat > Snakefile <<'SNAKEFILE'
MEMORY = {"femnist": 2000, "cifar": 4000, "imagenet": 64000}


rule all:
    input:
        expand("{data}.txt", data=MEMORY),


rule cell:
    output:
        "{data}.txt",
    threads: lambda wildcards: MEMORY[wildcards.data] // 2000
    resources:
        mem_mb=lambda wildcards: MEMORY[wildcards.data],
        runtime=lambda wildcards: MEMORY[wildcards.data] // 100,
    shell:
        "true"
SNAKEFILE
# No cluster is needed to see what is asked of one: sbatch keeps its options and refuses.
mkdir bin
for name in sacct sacctmgr scancel scontrol sinfo squeue sshare; do
    printf '#!/bin/sh\n' > "bin/$name"
done
cat > bin/sbatch <<'SBATCH'
#!/usr/bin/env bash
asked=""
while [ $# -gt 0 ]; do
    case "$1" in
        -t) asked+=" time=$2" ;;
        --mem) asked+=" memory=$2" ;;
        --cpus-per-task=*) asked+=" cores=${1#*=}" ;;
    esac
    shift
done
echo "$asked" >> asked
exit 1
SBATCH
chmod +x bin/*
export PATH="$folder/bin:$PATH"
kinds() {
    grep -o "$1=[0-9]*" asked | sort -u | wc -l
}
run() {
    rm -rf .snakemake asked
    venv/bin/snakemake --executor slurm --jobs 3 --keep-going --slurm-no-account \
        --default-resources slurm_partition=main --seconds-between-status-checks 1 \
        --slurm-init-seconds-before-status-checks 1 "$@" > said 2>&1 || true
    test -s asked || { cat said >&2; exit 1; }
    echo "$(wc -l < asked) submissions, $(kinds time) times, $(kinds memory) memories, $(kinds cores) core counts"
}
single=$(run)
seen="as single jobs: $single; as an array: $(run --slurm-array-jobs cell)"
echo "$seen"
expected="as single jobs: 3 submissions, 3 times, 3 memories, 3 core counts"
expected+="; as an array: 1 submissions, 1 times, 1 memories, 1 core counts"
[ "$seen" = "$expected" ]
