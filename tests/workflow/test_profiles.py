"""Every profile under profiles/, by dry runs: what jobs ask for; finished jobs stay finished."""

import os
import re
from pathlib import Path

import pytest
from tests.workflow.conftest import snakemake

ROOT = Path(__file__).parents[2]
PROFILES = sorted(path.name for path in (ROOT / "profiles").iterdir())
SLURM = ("--workflow-profile", "profiles/slurm")
#: rules whose jobs are sent to a cluster.
SENT = {"cell", "pretrain", "densities"}
FROM_NOTHING = {"cell": 6, "pretrain": 1, "densities": 1}
CELL = "results/test/cells/standin-digits/fixed-freq-2/edge-case/none/krum/default/cell.json"


def asked(project, *options, **changes):
    """Rule → the resources its jobs ask for, as a dry run tells, but for temporary folders."""
    done = project.snakemake("--dry-run", *options, changes=changes)
    assert done.returncode == 0, done.stdout
    found = {}
    for rule, body in re.findall(r"(?m)^(?:local)?rule (\S+):\n((?: {4}.*\n)*)", done.stdout):
        resources = re.search(r"(?m)^ {4}resources: (.*)$", body)
        pairs = (pair.split("=") for pair in (resources[1] if resources else "").split(", "))
        found.setdefault(rule, []).append({key: value for key, value in pairs if key != "tmpdir"})
    return found


def sent(found):
    return {rule: len(jobs) for rule, jobs in found.items() if rule in SENT}


def test_the_profiles_of_the_docs_are_there():
    assert {"default", "slurm"} <= set(PROFILES)


def test_snakemake_alone_runs_on_all_cores(fresh):
    made = "results/data/standin-sevens.npz"
    done = snakemake(fresh.root, made, "--configfile", "config/test.yaml")
    assert done.returncode == 0, done.stdout
    assert f"Provided cores: {len(os.sched_getaffinity(0))}" in done.stdout


@pytest.mark.parametrize("profile", sorted(set(PROFILES) - {"default", "slurm"}))
def test_a_run_from_nothing(fresh, profile):
    """The two left out are asked below."""
    found = asked(fresh, "--workflow-profile", f"profiles/{profile}")
    assert sent(found) == FROM_NOTHING


@pytest.mark.parametrize("option", ["--profile", "--workflow-profile"])
def test_slurm_runs_nothing_again(finished, option):
    done = finished.snakemake("--dry-run", option, "profiles/slurm")
    assert "Nothing to be done" in done.stdout, done.stdout


def test_other_requests_run_nothing_again(mine):
    changes = {"cluster": {"margin": 7, "max_minutes": 60}}
    options = ("--set-resources", "cell:runtime=5")
    jobs = {rule for rule in asked(mine, *SLURM, *options, **changes) if rule in SENT}
    assert jobs == set()


def test_changes_of_unknown_rules_are_refused_before_any_job(fresh):
    options = ("--set-resources", "cels:mem_mb=9", "--set-threads", "cell=1", "figs=2")
    done = fresh.snakemake("--dry-run", *options)
    assert done.returncode == 1
    assert "--set-resources: 'cels' is unknown; did you mean 'cell'? allowed: " in done.stdout
    assert "--set-threads: 'figs' is unknown;" in done.stdout
    assert "'cell' is unknown" not in done.stdout
    # What a target asks for is asked by its jobs.
    assert ", fig4," not in done.stdout


def test_jobs_of_this_machine_ask_for_nothing_but_a_gpu(fresh):
    found = asked(fresh)
    assert sent(found) == FROM_NOTHING
    assert all(
        resources.keys() <= {"gpu", "test_batch_size"}
        for jobs in found.values()
        for resources in jobs
    )


@pytest.mark.parametrize(("device", "gpu"), [("auto", "1"), ("cpu", "0")])
def test_jobs_of_a_cluster_ask_for_time_memory_and_a_gpu(fresh, device, gpu):
    found = asked(fresh, *SLURM, device=device)
    assert sent(found) == FROM_NOTHING
    for rule, jobs in found.items():
        for resources in jobs:
            assert (resources.get("gpu"), "runtime" in resources) == (
                (gpu, True) if rule in SENT else (None, False)
            )
            assert rule not in SENT or int(resources["mem_mb"]) > 1000


def test_more_work_asks_for_more_time_up_to_the_limit(fresh):
    def minutes(**changes):
        return int(asked(fresh, CELL, *SLURM, **changes)["cell"][0]["runtime"])

    longer = {"tasks": {"standin-digits": {"rounds": 100_000}}}
    first = minutes()
    assert 10 < first < 20
    assert minutes(**longer) > 10 * first
    assert minutes(**longer, cluster={"max_minutes": 33}) == 33


def test_whatever_asks_for_nothing_stays_where_snakemake_runs(fresh):
    """A rule that is neither would become a job of its own with the requests of nothing."""
    rules = {}
    for path in (fresh.root / "rules").glob("*.smk"):
        for rule in re.split(r"(?m)^ *rule ", path.read_text())[1:]:
            if "shell:" in rule:
                rules[rule.split(":")[0]] = "**asks(" in rule, "localrule: True" in rule
    assert {rule for rule, (asks, _) in rules.items() if asks} == SENT | {"plan"}
    assert {rule for rule, (_, local) in rules.items() if local} == rules.keys() - SENT - {"plan"}
