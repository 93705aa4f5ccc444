"""Which jobs a target or a change asks for, as Snakemake's dry run tells."""

import shutil
from collections import Counter

import pytest

from edgecase.results.layout import FIGURE_FILES

TASK = "standin-digits"
HEAD = f"{TASK}/fixed-freq-2"
#: the six cells of config/test.yaml
SHARED = f"{HEAD}/edge-case/blackbox/no-defense/default"
FIG4 = {SHARED, f"{HEAD}/normal-case/blackbox/no-defense/default"}
FIG5 = {SHARED} | {
    f"{HEAD}/edge-case/{attack}/{defense}/default"
    for attack, defense in (("none", "no-defense"), ("none", "krum"), ("blackbox", "krum"))
}
GRID = {f"{TASK}/fixed-pool-3/edge-case/pgd-replacement/norm-clipping/default"}
CELLS = FIG4 | FIG5 | GRID
TABLES = {"summary": 1, "hyperparameters": 1}
#: what is made of every cell
WHOLE = TABLES | {"explorer": 1}
#: figure 2 from its starting model
DENSITIES = {"densities": 1, "density_table": 1, "density_figure": 1}
#: what prints the command of the run, configuration files and all, follows from every change
PRINTED = {"claims": 1, "front": 1, "provenance": 1, "page": 7}


def rules(jobs):
    """How many jobs of each rule, those of `PRINTED` left out."""
    return Counter(job.rule for job in jobs if job.rule not in PRINTED)


def printed(jobs):
    return Counter(job.rule for job in jobs if job.rule in PRINTED)


def cells(jobs):
    folders = [job.outputs[0] for job in jobs if job.rule == "cell"]
    assert len(folders) == len(set(folders))
    return {folder.split("/cells/")[1].rpartition("/")[0] for folder in folders}


def outputs(jobs, rule):
    return {output for job in jobs if job.rule == rule for output in job.outputs}


# from nothing


def test_targets(fresh):
    done = fresh.snakemake("--list-target-rules")
    assert done.returncode == 0, done.stdout
    wanted = {"all", "cells", "tables", "fig1", "fig2", "fig4", "fig5", "montage", "plan", "claims"}
    wanted |= {"verdict"}
    assert wanted <= set(done.stdout.split())


def test_figure_asks_for_its_cells_and_what_they_need(fresh):
    jobs = fresh.jobs("fig4")
    assert cells(jobs) == FIG4
    # Two seeds: a partition each, and a poisoned set each in both cases.
    assert rules(jobs) == {
        **{"prepare": 2, "partition": 2, "poison": 4, "pretrain": 1, "cell": 2},
        **{"collect": 1, "figure": 1, "figure_front": 1},
    }
    assert outputs(jobs, "figure") == {f"figures/test/fig4.{ending}" for ending in FIGURE_FILES}


def test_another_figure_asks_for_none_of_the_first_ones_own(fresh):
    jobs = fresh.jobs("fig5")
    assert cells(jobs) == FIG5
    assert not any("normal-case" in output for job in jobs for output in job.outputs)
    assert rules(jobs)["poison"] == 2


def test_figure_of_images_trains_nothing(fresh):
    assert rules(fresh.jobs("fig1")) == {"prepare": 2, "poison": 1, "montage": 1}


def test_tables_ask_for_every_cell_and_no_figure(fresh):
    jobs = fresh.jobs("tables")
    assert cells(jobs) == CELLS
    assert {rule: rules(jobs)[rule] for rule in ("collect", "figure", "montage")} == {
        **{"collect": 0, "figure": 0, "montage": 0},
    }
    made = {f"results/test/tables/{name}.{ending}" for name in TABLES for ending in ("csv", "md")}
    made.add("results/test/tables/measures.csv")
    assert outputs(jobs, "summary") | outputs(jobs, "hyperparameters") == made


def test_claim_asks_for_its_cells(fresh):
    jobs = fresh.jobs("claims")
    assert cells(jobs) == CELLS
    assert printed(jobs) == {"claims": 1}


def test_cell_of_two_figures_runs_once(fresh):
    block = {
        **{"tasks": [TASK], "participations": ["fixed-freq-2"], "cases": ["edge-case"]},
        **{"attacks": ["pgd"], "defenses": ["no-defense", "rfa"]},
    }
    jobs = fresh.jobs(changes={"figures": {"fig4": [block], "fig5": [block]}, "grid": [block]})
    added = {f"{HEAD}/edge-case/pgd/{rule}/default" for rule in ("no-defense", "rfa")}
    assert cells(jobs) == added
    assert rules(jobs) == {
        # fig2 compares with a third data set
        **{"prepare": 3, "partition": 2, "poison": 2, "pretrain": 1, "cell": 2},
        **{"collect": 2, "figure": 2, "montage": 1, **WHOLE, **DENSITIES},
    }
    assert printed(jobs) == PRINTED


# a configuration that cannot run


def refused(done, root, *parts):
    assert done.returncode == 1, done.stdout
    assert "The configuration cannot run:\n  - " in done.stdout
    for part in parts:
        assert part in done.stdout
    assert "Traceback" not in done.stdout
    assert not (root / "results").exists()


def test_every_problem_is_told_before_any_job(fresh):
    changes = {
        **{"run": "data", "seeds": [0, 0], "tasks": {TASK: {"lr": "1e-4"}}},
        "grid": [
            {
                **{"tasks": [TASK], "participations": ["fixed-freq-0"], "cases": ["edge"]},
                **{"attacks": ["PGD"], "defenses": ["krumm"]},
            }
        ],
    }
    refused(
        fresh.snakemake(changes=changes),
        fresh.root,
        "  - run: 'data' cannot be used; allowed: lower-case letters",
        "  - seeds: [0, 0] has non-unique elements",
        f"  - tasks.{TASK}.lr: '1e-4' is not of type 'number' (YAML reads 1e-4 as text",
        "  - grid.0.participations: participation: 'fixed-freq-0' is unknown; did you mean ",
        "  - grid.0.cases: 'edge' is unknown; did you mean 'edge-case'? allowed: edge-case, almost",
        "  - grid.0.attacks: 'PGD' is unknown; did you mean 'pgd'? allowed: none, blackbox",
        "  - grid.0.defenses: 'krumm' is unknown; did you mean 'krum'? allowed: no-defense",
    )


def test_device_that_is_not_there_is_told_before_any_job(fresh):
    refused(
        fresh.snakemake(changes={"device": "cuda:99"}),
        fresh.root,
        "  - device: 'cuda:99' is not there; this machine has ",
    )


# after a run


def edit(project, source, text="OTHER = 1"):
    path = project.root / "workflow" / "edgecase" / source
    path.write_text(f"{path.read_text()}\n{text}\n")


def test_words_and_stray_files_ask_for_nothing_and_neither_does_what_no_cell_reads(mine):
    config = mine.root / "config" / "config.yaml"
    config.write_text(f"# another comment\n{config.read_text()}")
    edit(mine, "federation/round.py", "# Another comment.")
    edit(mine, "defenses/krum.py", "# And another.")
    folder = mine.root / "workflow/edgecase/defenses"
    (folder / "unregistered.py").write_text("VALUE = 1\n")
    (folder / ".#krum.py").symlink_to("user@host.1:2")
    assert mine.jobs() == []

    edit(mine, "config/resolve.py")
    changes = {
        "mirror": str(mine.root),
        "tasks": {
            "cifar10-southwest": {"lr": 0.5, "switches": {"transforms": "one"}},
            TASK: {"defenses": {"rfa": {"max_iterations": 3}}, "eps": 0.25},
        },
        "overrides": {"wide": {"model": {"width": 2.0}}},
    }
    assert rules(mine.jobs(changes=changes)) == {}


#: what follows from new results of cells in figures
DRAWN = {"collect": 2, "figure": 2, **WHOLE}


@pytest.mark.parametrize(
    ("change", "asked", "which"),
    [
        ({"lr": 0.05}, {"cell": 6, **DRAWN}, CELLS),
        ({"eps_replacement": 0.1}, {"cell": 1, **WHOLE}, GRID),
        ({"defenses": {"norm-clipping": {"norm_bound": 0.7}}}, {"cell": 1, **WHOLE}, GRID),
        ({"partition": {"alpha": 0.9}}, {"partition": 2, "cell": 6, **DRAWN}, CELLS),
        (
            {"poison": {"clean": 12}},
            {"poison": 4, "montage": 1, "cell": 6, **DRAWN, **DENSITIES},
            CELLS,
        ),
        ({"pretrain": {"lr": 0.01}}, {"pretrain": 1, "cell": 6, **DRAWN, **DENSITIES}, CELLS),
    ],
)
def test_parameter_asks_for_what_depends_on_it(mine, change, asked, which):
    jobs = mine.jobs(changes={"tasks": {TASK: change}})
    assert rules(jobs) == asked
    assert cells(jobs) == which


def test_source_asks_for_what_it_decides(mine):
    """Each asks for what the one before left alone, so one copy serves all three."""
    edit(mine, "figures/style.py")
    drawn = {"montage": 1, "figure": 2, "density_figure": 1}
    assert rules(mine.jobs()) == drawn
    edit(mine, "defenses/krum.py")
    assert rules(mine.jobs()) == drawn | {"cell": 2, "collect": 1, **WHOLE}
    edit(mine, "population/poison/sevens.py")
    assert rules(mine.jobs()) == {"poison": 4, "montage": 1, "cell": 6, **DRAWN, **DENSITIES}


def test_cells_mind_their_own_source_where_the_starting_model_comes_out_the_same(mine):
    """A job that is due hides whether those after it are due in their own right."""
    start = f"results/test/pretrain/{TASK}/default.safetensors"
    before = (mine.root / start).read_bytes()
    edit(mine, "federation/flat.py")
    done = mine.snakemake(start)
    assert done.returncode == 0, done.stdout
    assert (mine.root / start).read_bytes() == before
    jobs = mine.jobs("cells")
    assert cells(jobs) == CELLS
    assert all("Params have changed" in job.reason for job in jobs)


def test_new_seed_of_a_cell_asks_for_its_draws_and_the_cells(mine):
    jobs = mine.jobs(changes={"seeds": [0, 1, 2]})
    assert rules(jobs) == {"partition": 1, "poison": 2, "cell": 6, **DRAWN, **DENSITIES}
    assert all("seed2." in output for output in outputs(jobs, "poison"))
    assert cells(mine.jobs("cells", changes={"seeds": [0, 1, 2]})) == CELLS


def test_a_dry_run_ends_with_what_an_edit_costs(mine):
    changes = {"tasks": {TASK: {"eps_replacement": 0.3}}}
    done = mine.snakemake("--dry-run", "cells", changes=changes)
    assert done.stdout.count("eps 0.2 → 0.3: 1 cell, about 1 min\n") == 1, done.stdout


def test_new_cell_asks_for_itself(mine):
    block = {
        **{"tasks": [TASK], "participations": ["fixed-freq-2"], "cases": ["edge-case"]},
        **{"attacks": ["pgd"], "defenses": ["rfa"]},
    }
    jobs = mine.jobs(changes={"grid": [block]})
    assert cells(jobs) == {f"{HEAD}/edge-case/pgd/rfa/default"}
    assert rules(jobs) == {"cell": 1, **WHOLE}


def test_lost_figure_is_drawn_again_from_the_cells_there_are(mine):
    (mine.root / "figures" / "test" / "fig5.png").unlink()
    jobs = mine.jobs()
    assert rules(jobs) == {"figure": 1}
    assert outputs(jobs, "figure") == {f"figures/test/fig5.{ending}" for ending in FIGURE_FILES}


def test_lost_cell_runs_again_alone(mine):
    shutil.rmtree(mine.root / "results/test/cells" / SHARED)
    jobs = mine.jobs("cells")
    assert cells(jobs) == {SHARED}
    assert rules(jobs) == {"cell": 1}
