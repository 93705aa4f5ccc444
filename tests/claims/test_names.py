"""Names in claims that nothing can have are refused; what a run merely lacks is not."""

import pytest
from tests.claims.made_up import cell, entry, judged, last, write

from edgecase import attacks, claims, config, defenses
from edgecase.analysis.measures import MEASURES
from edgecase.base.errors import ConfigError
from edgecase.claims import names
from edgecase.claims.model import NOT_RUN
from edgecase.results.cells import all_cells

OF = {"attack": "blackbox", "defense": "krum"}
MEAN = {"test": "mean", "quantity": "main_last", "above": 0}
AXES = ("participation", "case", "attack", "defense", "override")
GRID = {"pick": "best", "fewest": 2}
FIRST = attacks.names()[0]


def load(tmp_path, *entries):
    return claims.load(write(tmp_path / "claims.yaml", *entries))


def problems(tmp_path, *entries):
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, *entries)
    head = f"{tmp_path / 'claims.yaml'}: claims."
    assert all(problem.startswith(head) for problem in caught.value.problems)
    return [problem.removeprefix(head) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("selector", "told"),
    [
        (
            {"attack": "blackbx"},
            f"attack: 'blackbx' is unknown; did you mean 'blackbox'? allowed: {FIRST}, ",
        ),
        (
            {"attack": "PGD"},
            "attack: 'PGD' is unknown; did you mean 'pgd'? allowed: none, blackbox, ",
        ),
        (
            {"attack": ["pgd", "gpd"], **GRID},
            "attack: 'gpd' is unknown; did you mean 'pgd'? allowed: none, ",
        ),
        ({"attack": "pdg*", **GRID}, "attack: 'pdg*' is unknown; allowed: none, blackbox"),
        (
            {"defense": "krumm"},
            f"defense: 'krumm' is unknown; did you mean 'krum'? allowed: {defenses.names()[0]}, ",
        ),
        (
            {"case": "edge"},
            "case: 'edge' is unknown; did you mean 'edge-case'? allowed: edge-case, ",
        ),
        ({"participation": "fixed-freq-0"}, "participation: 'fixed-freq-0' is unknown; allowed: "),
        ({"participation": "fixed-freq"}, "participation: 'fixed-freq' is unknown; allowed: fixed"),
        (
            {"participation": "fixd-freq-*", **GRID},
            "participation: 'fixd-freq-*' is unknown; allowed: fixed-freq-<period>, fixed-",
        ),
        ({"override": "Eps 1"}, "override: 'Eps 1' is unknown; allowed: lower-case letters and"),
        ({"override": "<sigma>"}, "override: '<sigma>' is unknown; allowed: lower-case letters"),
        (
            {"quantity": "main"},
            "quantity: 'main' is unknown; did you mean 'main_last'? allowed: backdoor_final, ",
        ),
    ],
)
@pytest.mark.parametrize("key", ["of", "against"])
def test_a_name_of_a_selector_that_nothing_has(tmp_path, key, selector, told):
    part = {"test": "difference", "quantity": "main_last", "of": OF, "against": OF, "above": 0}
    if selector.get("pick") == "best":  # best of one selection against best of another
        part |= {"of": OF | {"override": "eps-*", **GRID}, "against": OF}
        if key == "against":
            part["against"] = part["of"]
    (problem,) = problems(tmp_path, entry(part | {key: part[key] | selector}))
    assert problem.startswith(f"made-up.parts.0.{key}.{told}")


def test_other_names_that_nothing_has(tmp_path):
    part = {"test": "difference-of-differences", "of": OF, "against": OF, "above": 0}
    part |= {"quantity": "main_mean", "than": "backdoor_*"}
    only = {"task": "Digits", "participation": "fixed-freq-*", "rounds": 5}
    found = problems(tmp_path, entry(part, figure="fig9", only=only))
    assert [problem.split(" is unknown;")[0] for problem in found] == [
        "made-up.figure: 'fig9'",
        "made-up.only.task: 'Digits'",
        "made-up.only.participation: 'fixed-freq-*'",
        "made-up.parts.0.quantity: 'main_mean'",
        "made-up.parts.0.than: 'backdoor_*'",
    ]
    allowed = [problem.split("allowed: ")[1] for problem in found]
    assert allowed[0] == "fig1, fig2, fig3, fig4, fig5, fig6, fig7, fig8"
    assert allowed[3] == ", ".join(MEASURES)


def test_every_problem_of_every_entry_is_told_at_once(tmp_path):
    stopped = {"test": "stopped", "of": {"attack": "blackbx", "defense": "krumm"}}
    listed = [
        entry(MEAN | {"of": OF, "above": "much"}, id="first"),
        entry(stopped, id="second"),
        entry(MEAN | {"of": OF, "quantity": "main"}, id="third"),
        entry({"test": "mean", "of": OF | {"case": "edge"}}, id="fourth"),
    ]
    assert [problem.split(": ")[0] for problem in problems(tmp_path, *listed)] == [
        "first.parts.0.above",
        "second.parts.0.of.attack",
        "second.parts.0.of.defense",
        "third.parts.0.quantity",
        "fourth.parts.0",
        "fourth.parts.0.of.case",
    ]


@pytest.mark.parametrize(
    "selector",
    [
        {"participation": "fixed-pool-7"},
        {"override": "of-another-configuration-0.5"},
        {"attack": "pgd-*prox", **GRID},
        {"defense": "[km]*krum", **GRID},
        {"case": "*edge-case", **GRID},
        {"participation": "fixed-freq-*", **GRID},
        {"participation": "*-123456789", **GRID},
        {"participation": "fixed-[fp]*", **GRID},
        {"participation": "fixed-pool-12?4", **GRID},
        {"override": ["default", "eps-[0-9]*"], **GRID},
    ],
)
def test_what_a_run_lacks_is_not_run(tmp_path, selector):
    part = {"test": "difference", "quantity": "backdoor_last", "above": 0}
    part |= {"of": OF | selector, "against": {"attack": "none", "defense": "krum"}}
    content = {cell("none", "krum"): last(0, 0, 0)}
    assert judged(tmp_path, part, content).verdict == NOT_RUN


def test_a_claim_on_a_task_of_another_configuration_is_not_run(tmp_path):
    only = {"task": "elsewhere", "participation": "fixed-pool-3", "rounds": 5}
    assert judged(tmp_path, MEAN | {"of": OF}, {cell(): last(0)}, only=only).verdict == NOT_RUN


def test_every_cell_of_the_paper_can_be_named():
    """A selector with the axes of a cell is sound, whatever the cell."""
    for one in all_cells(config.load()):
        axes = {axis: getattr(one, axis) for axis in AXES}
        assert list(names.problems(entry(MEAN | {"of": axes}))) == []
