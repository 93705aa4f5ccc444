import pytest
from tests.claims.made_up import ROLES, cell, entry, write

from edgecase import claims
from edgecase.claims.load import load
from edgecase.claims.select import select


def selection(tmp_path, cells, test="ordering", roles=ROLES, role="task1", **selector):
    selector = {"attack": "blackbox", "defense": "no-defense"} | selector
    part = {"test": test, "quantity": "backdoor_mean", "of": selector}
    part |= {"direction": "rises"} if test == "trend" else {"above": 0}
    if test == "difference":
        part["against"] = {"attack": "none", "defense": "no-defense"}
    (claim,) = load(write(tmp_path / "claims.yaml", entry(part)))
    return select(claim.parts[0].of, role, roles, cells)


def test_defaults_are_the_roles_participation_edge_case_and_default(tmp_path):
    cells = [cell(), cell(task="digits", participation="fixed-freq-5"), cell(case="normal-case")]
    one = {"test": "difference"}
    assert selection(tmp_path, cells, **one).cells == (cells[0],)
    assert selection(tmp_path, cells, role="task2", **one).cells == (cells[1],)


def test_names_keep_their_order_and_an_absent_one_is_named(tmp_path):
    cases = ["normal-case", "edge-case", "almost-edge-case"]
    cells = [cell(case=case) for case in sorted(cases)]
    found = selection(tmp_path, cells, case=cases)
    assert [c.case for c in found.cells] == cases
    found = selection(tmp_path, cells[1:], case=cases)
    missing = "planes/fixed-freq-10/almost-edge-case/blackbox/no-defense/default"
    assert found.missing == (missing,)


def test_a_pattern_sorts_by_number_behind_the_names_before_it(tmp_path):
    names = ["eps-10", "eps-0.5", "default", "eps-2", "matched"]
    cells = [cell(override=name) for name in names]
    found = selection(tmp_path, cells, override=["default", "eps-*"])
    assert [c.override for c in found.cells] == ["default", "eps-0.5", "eps-2", "eps-10"]
    assert found.missing == ()


def test_a_pattern_needs_its_fewest_cells(tmp_path):
    cells = [cell(participation=f"fixed-freq-{n}") for n in (1, 20)]
    found = selection(tmp_path, cells, test="trend", participation="fixed-freq-*")
    (missing,) = found.missing
    assert missing.startswith("planes/fixed-freq-*/edge-case/blackbox/no-defense/default")
    assert missing.endswith("2 cells, and 3 are needed")


@pytest.mark.parametrize(("pick", "period"), [("first", 1), ("last", 20)])
def test_pick_takes_an_end(tmp_path, pick, period):
    cells = [cell(participation=f"fixed-freq-{n}") for n in (20, 1, 5)]
    found = selection(
        tmp_path, cells, test="difference", participation="fixed-freq-*", pick=pick, fewest=3
    )
    assert [c.participation for c in found.cells] == [f"fixed-freq-{period}"]


def test_the_override_that_the_configuration_names(tmp_path):
    cells = [cell(override="unusual-sigma-0.002")]
    asked = {"test": "difference", "override": "<sigma_override>"}
    assert selection(tmp_path, cells, **asked).cells == (cells[0],)
    roles = {"task1": ROLES["task1"]}
    found = selection(tmp_path, cells, roles=roles, **asked)
    assert found.missing == ("the run names no claims.sigma_override",)


def test_cells_needed_are_those_of_the_claims_a_run_can_judge(tmp_path):
    stopped = {"test": "stopped", "of": {"attack": "blackbox", "defense": "krum"}}
    tail = {"test": "tail-share", "group": "edge-case", "at_least": 0.5}
    later = entry(stopped, id="later", roles=["task4"])
    path = tmp_path / "claims.yaml"
    write(path, entry(stopped, roles=["task1", "task2"]), entry(tail, id="tail"), later)
    listed = claims.load(path)
    krum = [cell(defense="krum"), cell(attack="none", defense="krum")]
    others = [cell(), cell(task="digits", participation="fixed-freq-5", defense="krum")]
    assert claims.cells_needed(listed, ROLES, [*others, *krum]) == {"made-up-task1": krum}
    assert claims.cells_needed(listed, {}, krum) == {}
    assert claims.cells_needed(listed, ROLES, krum[:1]) == {}


def test_a_claim_for_one_task_alone_is_not_run_elsewhere(tmp_path):
    part = {
        "test": "mean",
        "quantity": "backdoor_mean",
        "of": {"attack": "none", "defense": "krum"},
    }
    only = {"task": "planes", "participation": "fixed-freq-10", "rounds": 500}
    path = write(tmp_path / "claims.yaml", entry(part | {"above": 0}, only=only))
    cells = [cell(attack="none", defense="krum"), cell("none", "krum", task="digits")]
    assert claims.cells_needed(claims.load(path), ROLES, cells) == {"made-up-task1": cells[:1]}
    moved = {"task1": {"task": "digits", "participation": "fixed-freq-10"}}
    assert claims.cells_needed(claims.load(path), moved, cells) == {}
