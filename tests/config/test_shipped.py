"""The configurations that come with the project."""

import functools
from dataclasses import replace

import pytest
from tests.config.made_up import (
    CONFIG,
    T1,
    T2,
    T5,
    read,
)

from edgecase import attacks, config, defenses
from edgecase.datasets import DATASETS, EDGE_SETS
from edgecase.population import poison
from edgecase.results.cells import all_cells, expand

NAMES = ["paper", "small", "reddit", "words", "demo", "test"]


@functools.cache
def shipped(name):
    return read(None if name == "paper" else CONFIG / f"{name}.yaml")


@pytest.mark.parametrize("name", NAMES)
def test_every_cell_of_a_shipped_configuration_is_valid(name):
    whole = shipped(name)  # checked when it is read
    assert whole["run"] == name
    cells = all_cells(whole)
    assert cells
    for cell in cells:
        resolved = config.resolve_cell(whole, cell)
        found = defenses.composed_problems(resolved["defense"], resolved["clients_per_round"])
        assert found == []
        assert resolved["clients_per_round"] <= resolved["num_clients"]
        assert (resolved.get("eps", 0) > 0) == cell.attack.startswith("pgd")


def share(task, per_round, sevens=660):
    """The attacker's share of a round's samples, mean size of the honest clients assumed."""
    samples = {"cifar10": 50_000, "emnist": 240_000, "mnist": 60_000}[task["dataset"]]
    samples = task["partition"].get("num_samples") or samples
    edge = task["poison"].get("edge") or int(task["poison"]["fraction"] * sevens)
    poisoned = edge + task["poison"]["clean"]
    return 100 * poisoned / (poisoned + (per_round - 1) * samples / task["num_clients"])


@pytest.mark.parametrize(
    ("name", "task", "published", "within"),
    [
        ("paper", T1, 18, 0.5),  # 500 of 2,750
        ("paper", T2, 7.5, 0.1),  # 166 of 2,225
        ("paper", "mnist-ardis", 7.5, 0.1),
        ("small", T1, 18, 3),
        ("small", "mnist-ardis", 7.5, 3),
    ],
)
def test_attacker_has_the_share_of_a_round_that_the_paper_gives_it(name, task, published, within):
    resolved = config.resolve_task(shipped(name), task)
    assert share(resolved, resolved["clients_per_round"]) == pytest.approx(published, abs=within)


def test_small_configuration_draws_the_papers_panels():
    def panels(name, figure):
        cells = expand(shipped(name)["figures"][figure])
        return {replace(cell, participation="") for cell in cells}  # whatever its period

    for figure in ("fig4", "fig5"):
        wanted = panels("paper", figure)
        smaller = {replace(cell, task="mnist-ardis") for cell in wanted if cell.task == T2}
        assert panels("small", figure) == {cell for cell in wanted if cell.task != T2} | smaller


def test_demo_has_every_case_attack_defense_and_kind_of_participation():
    cells = all_cells(shipped("demo"))
    assert {cell.case for cell in cells} == set(poison.CASES)
    # An option does the same to every base.
    options = {name for name in attacks.names() if name.startswith("oneshot-")}
    assert {cell.attack for cell in cells} == set(attacks.names()) - options
    assert {cell.defense for cell in cells} == set(defenses.names())
    kinds = {cell.participation.rpartition("-")[0] for cell in cells}
    assert kinds == {"fixed-freq", "fixed-pool"}
    assert {cell.task for cell in cells} == {
        *("standin-planes", "standin-digits", "standin-tweets", "standin-comments"),
        "standin-photographs",
    }


@pytest.mark.parametrize("name", ["demo", "test"])
def test_demo_and_test_need_no_download(name):
    whole = shipped(name)
    used = {whole["tasks"][cell.task]["dataset"] for cell in all_cells(whole)}
    used |= {whole["tasks"][cell.task]["edge_set"] for cell in all_cells(whole)}
    assert not any((DATASETS | EDGE_SETS)[name].sources for name in used)


@pytest.mark.parametrize("name", ["reddit", "words"])
def test_task_5_has_runs_of_its_own(name):
    """The paper's run could not start without text that no program can download."""
    panels = shipped(name)["figures"]
    assert {cell.task for cell in all_cells(shipped(name))} == {T5}
    assert {cell.case for cell in expand(panels["fig4"])} == set(poison.CASES)
    assert len({cell.defense for cell in expand(panels["fig5"])}) == 5
    assert T5 not in {cell.task for cell in all_cells(shipped("paper"))}


SMALL_ALL = [CONFIG / "small.yaml", CONFIG / "small-all.yaml"]


def differing(before, after):
    return {key for key in before | after if before.get(key) != after.get(key)}


def test_more_rounds_change_the_rounds_of_task_1_alone():
    small, longer = read(*SMALL_ALL), read(*SMALL_ALL, CONFIG / "small-rounds.yaml")
    assert differing(small, longer) == {"run", "tasks", "figures", "grid", "densities"}
    for cell in all_cells(longer):
        before, after = config.resolve_cell(small, cell), config.resolve_cell(longer, cell)
        assert (cell.task, differing(before, after)) == (T1, {"rounds"})
        assert after["rounds"] == 3 * before["rounds"]
    assert set(all_cells(longer)) <= set(all_cells(small))


def test_more_seeds_change_no_cell_but_those_with_more_holders():
    small, wider = read(*SMALL_ALL), read(*SMALL_ALL, CONFIG / "small-seeds.yaml")
    assert wider["run"] != small["run"]
    assert wider["seeds"][:3] == small["seeds"]
    known = set(all_cells(small))
    added = [cell for cell in all_cells(wider) if cell not in known]
    assert [cell.override for cell in added] == ["holders-5x", "holders-15x"]
    for cell, times in zip(added, (5, 15), strict=True):
        before = config.resolve_cell(small, replace(cell, override="default"))
        after = config.resolve_cell(wider, cell)
        assert differing(before, after) == {"poison"}
        assert differing(before["poison"], after["poison"]) == {"almost_share"}
        share = before["poison"]["almost_share"]
        assert after["poison"]["almost_share"] == pytest.approx(times * share)
    for cell in set(all_cells(wider)) - set(added):
        assert config.resolve_cell(small, cell) == config.resolve_cell(wider, cell)
