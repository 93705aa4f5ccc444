#!/usr/bin/env bash
# Snakemake 9.27.1: one value after --config drops every value that a profile's `config` has, and so for set-resources and set-threads.
#
# Values after --config are laid over those of configuration files key by key, and the same is expected of a profile's `config`. The
# option takes the place of the profile's as a whole, without a word: a device, an account or a rule's memory that the profile has is gone
# because of another key. Seen with Python 3.11, 2026-11-30, with device cuda and, for the rule, 8000 MB in the profile:
#
#   profile: device cuda, 8000 MB; and --config seeds=5: device none, 8000 MB; and --set-resources train:runtime=5: device cuda, 100 MB
#
# Fails if that changes. docs/cluster.md says what to write instead.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" snakemake==9.27.1
cd "$folder"
cat > Snakefile <<'SNAKEFILE'
rule train:
    output:
        "model.txt",
    resources:
        mem_mb=100,
    params:
        device=config.get("device", "none"),
    shell:
        "echo device {params.device}, {resources.mem_mb} MB > {output}"
SNAKEFILE
mkdir profile
cat > profile/config.yaml <<'YAML'
config:
  device: cuda
set-resources:
  train:
    mem_mb: 8000
YAML
run() {
    venv/bin/snakemake --cores 1 --forceall --profile profile "$@" > said 2>&1 || { cat said >&2; exit 1; }
    cat model.txt
}
seen="profile: $(run); and --config seeds=5: $(run --config seeds=5); and --set-resources train:runtime=5: $(run --set-resources train:runtime=5)"
echo "$seen"
[ "$seen" = "profile: device cuda, 8000 MB; and --config seeds=5: device none, 8000 MB; and --set-resources train:runtime=5: device cuda, 100 MB" ]
