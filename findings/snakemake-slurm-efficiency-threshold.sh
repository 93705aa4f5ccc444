#!/usr/bin/env bash
# snakemake-executor-plugin-slurm 2.8.0, efficiency report: the threshold, a share, is held against percents: next to nothing is reported.
#
# "Jobs with efficiency below this threshold will be reported", says --slurm-efficiency-threshold, which takes numbers up to 1 and is 0.8 by
# default: of jobs that use 2, 13, 75 and 94 % of their eight cores, the first three are expected. The percentage is compared with it: a job
# is below at less than 0.8 %, and no threshold that the option takes reports one that uses more than 1 %. Seen with Python 3.11 and
# Snakemake 9.27.1, 2026-11-30, with scripts in the place of SLURM:
#
#   efficiencies 2.08 12.5 75.0 93.75 %; reported at 0.8: 0 jobs; at 1: 0 jobs; at 80: exit status 1
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
rule cell:
    output:
        "cell.txt",
    threads: 8
    resources:
        mem_mb=4000,
        runtime=120,
    shell:
        "true"
SNAKEFILE
mkdir bin
for name in sacctmgr scancel scontrol sinfo squeue sshare; do
    printf '#!/bin/sh\n' > "bin/$name"
done
printf '#!/bin/sh\ntouch cell.txt\necho 1\n' > bin/sbatch
# Each job has its own line and that of its step, which has what was used in an hour.
cat > bin/sacct <<'SACCT'
#!/usr/bin/env bash
case "$*" in
    *TotalCPU*)
        job=0
        for used in 00:10:00 01:00:00 06:00:00 07:30:00; do
            job=$((job + 1))
            echo "$job|run|rule_cell|01:00:00|$used|1|8||4000M"
            echo "$job.0|python||01:00:00|$used|1|8|1000M|"
        done
        ;;
    *JobIdRaw*) echo "1|COMPLETED" ;;
esac
SACCT
chmod +x bin/*
export PATH="$folder/bin:$PATH" OMP_NUM_THREADS=1
reported() {
    rm -rf .snakemake cell.txt efficiency_report_*.csv
    status=0
    venv/bin/snakemake --executor slurm --jobs 1 --slurm-no-account --default-resources slurm_partition=main \
        --seconds-between-status-checks 1 --slurm-init-seconds-before-status-checks 1 \
        --slurm-efficiency-report "$@" > said 2>&1 || status=$?
    if [ $status != 0 ]; then
        echo "exit status $status"
    else
        echo "$(grep -c "has low CPU efficiency" said || true) jobs"
    fi
}
usual=$(reported)
efficiencies=$(venv/bin/python -c 'import glob, pandas
print(*pandas.read_csv(glob.glob("efficiency_report_*.csv")[0])["CPU Efficiency (%)"].round(2))')
seen="efficiencies $efficiencies %; reported at 0.8: $usual; at 1: $(reported --slurm-efficiency-threshold 1)"
seen+="; at 80: $(reported --slurm-efficiency-threshold 80)"
grep -q "threshold must be a number in range (0, 1]" said
echo "$seen"
[ "$seen" = "efficiencies 2.08 12.5 75.0 93.75 %; reported at 0.8: 0 jobs; at 1: 0 jobs; at 80: exit status 1" ]
