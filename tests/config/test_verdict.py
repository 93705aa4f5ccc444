"""What `verdict` asks for: its cells, and every mistake with key, value and what is allowed."""

import pytest
from tests.config.made_up import CONFIG

from edgecase import config
from edgecase.base.errors import ConfigError
from edgecase.results.cells import Cell, all_cells

TASK = "standin-digits"
RADII = {f"r-{radius}": {"eps": radius} for radius in (0.125, 0.25, 1.0, 2.0)}
ASKED = {
    "defense": "norm-clipping",
    "task": TASK,
    "participation": "fixed-freq-2",
    "radii": ["default", *RADII],
}


def asking(verdict=None, overrides=None, **task):
    """The configuration of the tests, with a verdict and changes of its task."""
    values = config.load(CONFIG / "test.yaml")
    values["verdict"] = ASKED | (verdict or {})
    values["overrides"] = values["overrides"] | RADII | (overrides or {})
    values["tasks"][TASK] = values["tasks"][TASK] | task
    return values


def problems(values):
    with pytest.raises(ConfigError) as caught:
        config.check(values)
    return caught.value.problems


def without(key):
    values = asking()
    del values["verdict"][key]
    return values


# the cells


def test_every_attack_on_the_defense_and_without_one():
    values = asking()
    config.check(values)
    grid = {(attack, "default") for attack in ("none", "blackbox", "pgd-replacement", "pgd")}
    grid |= {("pgd", override) for override in RADII}
    wanted = {
        Cell(TASK, "fixed-freq-2", "edge-case", attack, defense, override)
        for attack, override in grid
        for defense in ("no-defense", "norm-clipping")
    }
    cells = all_cells(values)
    assert len(cells) == len(set(cells))
    assert set(cells) - set(all_cells(without("defense"))) <= wanted <= set(cells)


def test_no_defense_can_be_judged_too():
    values = asking({"defense": "no-defense"})
    config.check(values)
    judged = set(all_cells(values)) - set(all_cells(without("defense")))
    assert {cell.defense for cell in judged} == {"no-defense"}


def test_krum_meets_replacement():
    values = asking({"defense": "krum"})
    config.check(values)
    folders = {cell.folder for cell in all_cells(values)}
    assert f"{TASK}/fixed-freq-2/edge-case/pgd-replacement/krum/default" in folders


def test_without_a_defense_there_is_no_verdict():
    silent = asking()
    del silent["verdict"]
    for values in (silent, without("defense"), silent | {"verdict": {}}):
        config.check(values)
        assert all_cells(values) == all_cells(silent)


def test_defense_to_judge():
    assert config.defense_to_judge(asking()) == "norm-clipping"
    for values in (without("defense"), {}):
        with pytest.raises(ConfigError, match=r"verdict.defense: is missing; .*norm-clipping"):
            config.defense_to_judge(values)


def test_a_verdict_alone_is_a_run():
    values = asking() | {"figures": {}, "grid": []}
    config.check(values)
    assert len(all_cells(values)) == 16


# mistakes


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        (
            "defense",
            "krumm",
            "'krumm' is unknown; did you mean 'krum'? allowed: no-defense, norm-clipping, ",
        ),
        (
            "defense",
            "Krum",
            "'Krum' is unknown; did you mean 'krum'? allowed: no-defense, norm-clipping, ",
        ),
        (
            "task",
            "digits",
            "'digits' is unknown; did you mean 'standin-digits'? allowed: cifar10-southwest, ",
        ),
        ("participation", "freq-2", "participation: 'freq-2' is unknown; did you mean 'fixed-"),
        ("radii", ["default", "r-3"], "'r-3' is unknown; allowed: default, "),
        ("radii", ["default"] * 5, "['default', 'default', 'default', 'default', 'default'] has"),
        ("radii", [], "[] should be non-empty"),
        ("radii", "default", "'default' is not of type 'array'"),
        ("defense", 3, "3 is not of type 'string'"),
    ],
)
def test_value_that_is_not_allowed(key, value, told):
    found = problems(asking({key: value}))
    assert found[0].startswith(f"verdict.{key}: {told}")


def test_unknown_names_are_told_once_and_together():
    found = problems(asking({"defense": "krumm", "task": "digits"}))
    assert [problem.split(": ")[0] for problem in found] == ["verdict.defense", "verdict.task"]


@pytest.mark.parametrize("key", ["task", "participation", "radii"])
def test_what_a_verdict_needs(key):
    assert problems(without(key)) == [
        f"verdict.{key}: is missing; verdict.defense: norm-clipping needs it"
    ]


def test_unknown_key():
    (problem,) = problems(asking({"radius": 2}))
    assert problem == (
        "verdict: 'radius' is unknown; did you mean 'radii'? "
        "allowed: defense, task, participation, radii"
    )


def test_a_name_instead_of_a_mapping():
    assert problems(asking() | {"verdict": "krum"}) == [
        "verdict: 'krum' is not of type 'object'; allowed: a mapping of keys to values"
    ]


def test_few_radii():
    (problem,) = problems(asking({"radii": ["default", "r-1.0", "r-2.0"]}))
    assert problem == (
        "verdict.radii: default, r-1.0, r-2.0 give 3 of use; allowed: at least 5 different ones"
    )


def test_equal_radii_are_one():
    found = problems(asking(overrides={"r-2.0": {"eps": 1.0}}))
    assert found == [
        "verdict.radii: r-1.0, r-2.0 are one radius, 1.0; allowed: once",
        "verdict.radii: default, r-0.125, r-0.25, r-1.0, r-2.0 give 4 of use; "
        "allowed: at least 5 different ones",
    ]


def test_an_override_that_changes_more_than_the_radius():
    (problem,) = problems(asking(overrides={"r-2.0": {"eps": 2.0, "rounds": 2, "lr": 0.01}}))
    assert problem == (
        "verdict.radii: 'r-2.0' changes lr, rounds; allowed: overrides that change eps alone"
    )


def test_defense_without_its_parameter():
    assert problems(asking({"defense": "weak-dp"})) == [
        f"tasks.{TASK}: weak-dp: norm_bound: is missing (largest l2 norm of an update); "
        "allowed: number > 0",
        f"tasks.{TASK}: weak-dp: stddev: is missing (standard deviation of the noise per "
        "coordinate); allowed: number ≥ 0",
    ]


def test_defense_with_a_bad_parameter():
    found = problems(asking(defenses={"norm-clipping": {"norm_bound": -1}}))
    assert found[0] == (
        f"tasks.{TASK}: norm-clipping: norm_bound: -1 is not allowed (largest l2 "
        "norm of an update); allowed: number > 0"
    )


def test_too_few_clients_for_the_defense():
    found = problems(asking({"defense": "krum"}, clients_per_round=4))
    assert f"tasks.{TASK}: krum: a round of 4 clients with num_byzantine = 1; " in found[0]


def test_a_task_with_a_problem_of_its_own_is_told_of_that_alone():
    (problem,) = problems(asking(lr="fast"))
    assert problem.startswith(f"tasks.{TASK}.lr: ")
