import subprocess
import sys
from pathlib import Path

import pytest
from tests.claims.made_up import entry, write

from edgecase import claims
from edgecase.base.errors import ConfigError
from edgecase.claims.region import Region

ROOT = Path(__file__).parents[2]
OF = {"attack": "blackbox", "defense": "krum"}
DIFFERENCE = {"test": "difference", "quantity": "backdoor_mean", "of": OF, "against": OF}
PATTERN = OF | {"override": "eps-*"}


def load(tmp_path, *entries):
    return claims.load(write(tmp_path / "claims.yaml", *entries))


def test_an_entry_is_one_claim_per_role(tmp_path):
    first, second = load(tmp_path, entry(DIFFERENCE | {"above": 0}, roles=["task1", "task2"]))
    assert (first.id, second.id) == ("made-up-task1", "made-up-task2")
    assert first.parts == second.parts


def test_the_baseline_of_a_word_is_no_attack_on_the_same_defense(tmp_path):
    (claim,) = load(tmp_path, entry({"test": "passes", "of": OF | {"override": "wide"}}))
    (part,) = claim.parts
    assert part.against.axes == {
        "attack": ("none",),
        "defense": ("krum",),
        "case": ("edge-case",),
        "override": ("default",),
    }
    assert (part.quantity, part.region) == ("backdoor_last", Region(low=20))


@pytest.mark.parametrize(
    ("bounds", "region"),
    [
        ({"above": 1}, Region(low=1, low_open=True)),
        ({"at_least": 1, "below": 2}, Region(1, 2, False, True)),
        ({"at_most": 2}, Region(high=2)),
        ({"within": 0.1}, Region(-0.1, 0.1)),
    ],
)
def test_bounds(tmp_path, bounds, region):
    (claim,) = load(tmp_path, entry(DIFFERENCE | bounds))
    assert claim.parts[0].region == region


@pytest.mark.parametrize(
    ("part", "problem"),
    [
        (DIFFERENCE, "parts.0: test difference needs bounds (bounds: one of above, at_least"),
        ({"test": "mean", "of": OF, "above": 0}, "parts.0: test mean needs quantity"),
        (DIFFERENCE | {"above": 0, "direction": "rises"}, "test difference takes no direction"),
        ({"test": "passes", "of": OF, "above": 3}, "test passes takes no bounds"),
        (
            {"test": "passes", "of": OF, "quantity": "backdoor_mean"},
            "test passes takes no quantity",
        ),
        (DIFFERENCE | {"above": 0, "at_least": 1}, "two bounds on the same side"),
        (DIFFERENCE | {"within": 1, "above": 0}, ".within: stands alone"),
        (DIFFERENCE | {"above": 3, "below": 3}, "no number lies between 3 and 3"),
        (DIFFERENCE | {"above": float("nan")}, ".above: nan is not a finite number"),
        (
            DIFFERENCE | {"above": float("inf")},
            ".above: inf is greater than the maximum of 1000000",
        ),
        (DIFFERENCE | {"at_most": -2_000_000}, ".at_most: -2000000 is less"),
        (DIFFERENCE | {"within": 2_000_000}, "is greater than the maximum of 1000000"),
        (
            {"test": "passes", "of": PATTERN | {"pick": "best", "fewest": 2_000}},
            "2000 is greater than the maximum of 1000",
        ),
        (DIFFERENCE | {"above": "much"}, "parts.0.above: 'much' is not of type 'number'"),
        ({"test": "guess"}, "parts.0.test: 'guess' is not one of"),
        ({"test": "passes", "of": PATTERN}, ".of: several cells; test passes needs a pick"),
        ({"test": "passes", "of": OF | {"pick": "best"}}, ".of.pick: 'best' of one cell"),
        (
            {"test": "creeps-in", "of": PATTERN | {"pick": "best"}},
            ".of.pick: 'best' does not go with test creeps-in",
        ),
        (
            DIFFERENCE | {"above": 0, "against": PATTERN | {"pick": "best"}},
            ".against.pick: 'best' is to be compared with the best",
        ),
        (
            {"test": "ordering", "quantity": "backdoor_mean", "of": OF, "above": 0},
            ".of: test ordering compares several cells",
        ),
        (
            {"test": "trend", "quantity": "backdoor_mean", "of": PATTERN | {"pick": "last"}}
            | {"direction": "falls"},
            ".of: test trend compares several cells",
        ),
        ({"test": "passes", "of": OF | {"defence": "krum"}}, "'defence' was unexpected"),
        ({"test": "passes", "of": {"attack": "pgd"}}, "'defense' is a required property"),
    ],
)
def test_a_broken_part_is_refused_by_entry_and_key(tmp_path, part, problem):
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, entry(part))
    (found,) = caught.value.problems
    assert "claims.yaml: claims.made-up.parts.0" in found
    assert problem in found


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({"sure": "certain"}, "claims.made-up.sure: 'certain' is not one of"),
        ({"roles": ["task6"]}, "claims.made-up.roles.0: 'task6' is not one of"),
        ({"figure": 4}, "claims.made-up.figure: 4 is not of type 'string'"),
        ({"verdict": "holds"}, "claims.made-up: Additional properties are not allowed"),
    ],
)
def test_a_broken_entry_is_refused_by_name(tmp_path, keys, problem):
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, entry(DIFFERENCE | {"above": 0}, **keys))
    assert any(problem in found for found in caught.value.problems)


def test_the_best_of_a_grid_against_nothing(tmp_path):
    part = {"test": "difference", "quantity": "backdoor_mean", "above": 0}
    with pytest.raises(ConfigError, match="test difference needs of"):
        load(tmp_path, entry(part | {"against": PATTERN | {"pick": "best"}}))


def test_every_problem_is_listed(tmp_path):
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, entry(DIFFERENCE, id="first"), entry(DIFFERENCE, id="second"))
    assert ["first" in text for text in caught.value.problems] == [True, False]


def test_an_entry_that_breaks_the_schema_hides_no_problem_of_another(tmp_path):
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, entry(DIFFERENCE | {"above": "much"}, id="first"), entry(DIFFERENCE, id="b"))
    assert ["first" in text for text in caught.value.problems] == [True, False]


def test_a_claim_given_twice_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="made-up-task1 is given twice"):
        load(tmp_path, *[entry(DIFFERENCE | {"above": 0})] * 2)


@pytest.mark.parametrize("text", ["claims: [", "- a", "", "claims: []", "{claims: [1]}"])
def test_what_is_no_file_of_claims_is_refused(tmp_path, text):
    path = tmp_path / "claims.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=r"claims\.yaml: "):
        claims.load(path)


def test_an_absent_file_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="not a readable YAML file"):
        claims.load(tmp_path / "claims.yaml")


@pytest.mark.parametrize(
    ("roles", "problem"),
    [
        (
            {"task6": {}},
            "claims: 'task6' is unknown; did you mean 'task5'? allowed: task1, task2, task3, ",
        ),
        ({"task1": "planes"}, "claims.task1: 'planes'; expected the keys task, participation"),
        ({"task2": {"task": "digits"}}, "claims.task2: "),
    ],
)
def test_broken_roles_are_refused_by_key(roles, problem):
    with pytest.raises(ConfigError) as caught:
        claims.check_roles(roles)
    assert problem in str(caught.value)


def test_roles_may_be_absent():
    claims.check_roles({})
    claims.check_roles({"task1": {"task": "a", "participation": "b"}, "sigma_override": "c"})


def test_the_snakefile_can_import_it_without_what_loads_slowly():
    code = "import sys, edgecase.claims, edgecase.results.cells; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT / "workflow",
        capture_output=True,
        text=True,
        check=True,
    )
    assert not {"torch", "pandas", "scipy", "matplotlib"} & {*done.stdout.split()}
