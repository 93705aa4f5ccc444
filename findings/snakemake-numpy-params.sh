#!/usr/bin/env bash
# Snakemake 9.27.1, rerun triggers: a whole number or a truth value that comes from a pandas table is not compared, a float or a text is.
#
# A job runs again when its params change, "which guarantees that results are consistent with the workflow code and configuration", says
# --rerun-triggers. A number of clients and an iid flag that a params function takes from a table of cells with `.loc` are expected to be
# watched as its learning rate and its defense are. They are numpy's int64 and bool, which are not Python's (its float64 is a float), and
# what is not one of Python's own types is left out of the comparison without a word. Seen with Python 3.11 and pandas 3.1.1, 2026-11-30,
# after each cell of the table got another value:
#
#   run again: defense, int of clients, rate; up to date: clients, iid
#
# Fails if that changes (docs/reliability.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q uv
"$folder/venv/bin/uv" pip install -q --python "$folder/venv/bin/python" snakemake==9.27.1 pandas==3.1.1
cd "$folder"
cat > Snakefile <<'SNAKEFILE'
import pandas

cells = pandas.read_csv("cells.csv", index_col="cell")
columns = ["clients", "defense", "iid", "rate"]


rule all:
    input:
        expand("first/{column}.txt", column=columns),
        "first/int.txt",


rule table:
    output:
        "{cell}/{column}.txt",
    params:
        value=lambda wildcards: cells.loc[wildcards.cell, wildcards.column],
    shell:
        "echo {params.value} > {output}"


rule converted:
    output:
        "{cell}/int.txt",
    params:
        value=lambda wildcards: int(cells.loc[wildcards.cell, "clients"]),
    shell:
        "echo {params.value} > {output}"


ruleorder: converted > table
SNAKEFILE
export PATH="$folder/venv/bin:$PATH"
make_all() {
    printf 'cell,clients,defense,iid,rate\n%s\n' "$1" > cells.csv
    snakemake --cores 1 > said 2>&1 || { cat said >&2; exit 1; }
}
make_all first,10,krum,True,0.1
make_all first,50,rfa,False,0.5
of() {
    [ "$(cat "first/$1.txt")" = "$2" ] && again+=", ${3:-$1}" || old+=", ${3:-$1}"
}
again="" old=""
of clients 50
of defense rfa
of iid False
of int 50 "int of clients"
of rate 0.5
seen="run again: ${again:2}; up to date: ${old:2}"
echo "$seen"
[ "$seen" = "run again: defense, int of clients, rate; up to date: clients, iid" ]
