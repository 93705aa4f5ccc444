#!/usr/bin/env bash
# Snakemake 9.27.1, rerun triggers: a rule whose script is named by the configuration keeps the old script's results when that changes.
#
# A job runs again when its code changes, "which guarantees that results are consistent with the workflow code and configuration", says
# --rerun-triggers. Where the configuration goes from krum to median, a `shell:` that has the name in it runs again, and so it is expected
# of a `script:`. Of a script the text of the rule is compared, which names the key and not the file, and the time of the file, and a script
# that was there before is no newer: the median's result is Krum's. Seen with Python 3.11, 2026-11-30:
#
#   shell: krum, then median; script: krum, then krum; its file touched: median; name written out, krum: krum, median: median
#
# Fails if that changes (docs/reliability.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" snakemake==9.27.1
cd "$folder"
mkdir scripts
for name in krum median; do
    echo "open(snakemake.output[0], 'w').write('$name')" > "scripts/$name.py"
done
cat > Snakefile <<'SNAKEFILE'
rule by_command:
    output:
        "shell.txt",
    shell:
        f"printf {config['defense']} > {{output}}"


rule by_script:
    output:
        "script.txt",
    script:
        f"scripts/{config['defense']}.py"


rule by_name:
    output:
        "name.txt",
    script:
        "scripts/krum.py"
SNAKEFILE
export PATH="$folder/venv/bin:$PATH"
make_all() {
    snakemake --cores 1 --config "defense=$1" -- "${@:2}" > said 2>&1 || { cat said >&2; exit 1; }
}
make_all krum shell.txt script.txt name.txt
command=$(cat shell.txt) script=$(cat script.txt) name="krum: $(cat name.txt)"
sed -i "s|scripts/krum.py|scripts/median.py|" Snakefile
make_all median shell.txt script.txt name.txt
command+=", then $(cat shell.txt)" script+=", then $(cat script.txt)" name+=", median: $(cat name.txt)"
touch scripts/median.py
make_all median script.txt
seen="shell: $command; script: $script; its file touched: $(cat script.txt); name written out, $name"
echo "$seen"
expected="shell: krum, then median; script: krum, then krum; its file touched: median"
expected+="; name written out, krum: krum, median: median"
[ "$seen" = "$expected" ]
