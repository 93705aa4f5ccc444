"""From a task and an override to the parameters of a cell."""

import pytest
from tests.config.made_up import T1, T2, cell, edited, paper, problems

from edgecase import config


def test_override_is_merged_into_every_depth():
    changes = {
        "lr": 0.5,
        "model": {"width": 2.0},
        "pretrain": {"epochs": 1},
        "defenses": {"weak-dp": {"stddev": 0.5}},
        "switches": {"transforms": "one"},
    }
    base = edited(("overrides/mine", changes), ("switches/radius_decay", "never"))
    plain = config.resolve_task(base, T1)
    resolved = config.resolve_task(base, T1, "mine")
    assert resolved["lr"] == 0.5
    assert resolved["model"] == {"name": "vgg9", "width": 2.0}
    assert resolved["pretrain"] == plain["pretrain"] | {"epochs": 1}
    assert resolved["defenses"]["weak-dp"] == {"norm_bound": 2.0, "stddev": 0.5}
    assert resolved["defenses"]["norm-clipping"] == {"norm_bound": 2.0}
    assert resolved["switches"] == plain["switches"] | {"transforms": "one"}
    assert plain["switches"]["radius_decay"] == "never"
    assert {key for key in plain if plain[key] != resolved[key]} == changes.keys()
    assert base == edited(("overrides/mine", changes), ("switches/radius_decay", "never"))


def test_task_has_its_own_switches_and_an_override_the_last_word():
    base = edited(
        ("switches/p_study", "published"),
        (f"tasks/{T1}/switches", {"p_study": "matched", "transforms": "one"}),
        ("overrides/back", {"switches": {"transforms": "published"}}),
    )
    task = config.resolve_task(base, T1)["switches"]
    assert (task["p_study"], task["transforms"]) == ("matched", "one")
    back = config.resolve_task(base, T1, "back")["switches"]
    assert (back["p_study"], back["transforms"]) == ("matched", "published")
    assert config.resolve_task(base, T2)["switches"]["p_study"] == "published"


def test_switches_and_precision_have_defaults():
    base = edited(("switches", {}), ("precision", ...))
    config.check(base)
    resolved = config.resolve_task(base, T1)
    assert resolved["switches"] == config.SWITCHES
    assert resolved["precision"] == "fp32"


@pytest.mark.parametrize(
    ("attack", "radius"),
    [
        *(("none", None), ("blackbox", None), ("blackbox-replacement", None)),
        *(("pgd", 2.0), ("pgd-prox", 2.0)),
        *(("pgd-replacement", 0.083), ("pgd-replacement-prox", 0.083)),
    ],
)
def test_radius_is_that_of_the_attack(attack, radius):
    resolved = config.resolve_cell(paper(), cell(attacks=attack))
    assert resolved.get("eps") == radius
    assert ("eps" in resolved) == (radius is not None)
    assert "eps_replacement" not in resolved


def test_cell_has_its_defense_and_no_other():
    resolved = config.resolve_cell(paper(), cell(defenses="weak-dp"))
    assert resolved["defense"] == {"name": "weak-dp", "norm_bound": 2.0, "stddev": 0.0002}
    assert "defenses" not in resolved
    assert config.resolve_cell(paper(), cell())["defense"] == {"name": "no-defense"}


def test_cell_names_its_axes():
    resolved = config.resolve_cell(paper(), cell(cases="normal-case", attacks="pgd"))
    assert {key: resolved[key] for key in ("task", "participation", "case", "attack")} == {
        **{"task": T1, "participation": "fixed-freq-10"},
        **{"case": "normal-case", "attack": "pgd"},
    }


@pytest.mark.parametrize("name", ["krum", "multi-krum"])
@pytest.mark.parametrize(
    ("switch", "participation", "assumed"),
    [
        ("published", "fixed-freq-10", 3),
        ("published", "fixed-pool-100", 3),
        ("corrected", "fixed-freq-10", 3),
        ("corrected", "fixed-pool-1", 1),  # 10 · 1 / 200 = 0.05
        ("corrected", "fixed-pool-20", 1),  # exactly 1
        ("corrected", "fixed-pool-21", 2),  # 1.05
        ("corrected", "fixed-pool-40", 2),  # exactly 2
        ("corrected", "fixed-pool-100", 5),
        ("corrected", "fixed-pool-200", 10),
    ],
)
def test_assumed_attackers(name, switch, participation, assumed):
    base = edited(
        ("switches/pool_assumptions", switch),
        (f"tasks/{T1}/defenses/{name}", {"num_byzantine": 3}),
    )
    resolved = config.resolve_cell(base, cell(defenses=name, participations=participation))
    assert resolved["defense"]["num_byzantine"] == assumed


def test_assumed_attackers_are_one_by_default():
    base = edited((f"tasks/{T1}/defenses", {}))
    assert config.resolve_cell(base, cell(defenses="krum"))["defense"]["num_byzantine"] == 1


DIRICHLET = {
    **{"kind": "dirichlet", "alpha": 0.5, "min_samples": 10},
    **{"max_redraws": 100, "num_samples": None, "size_cap": True, "spare": "last"},
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"kind": "iid"}, {"kind": "iid", "num_samples": None}),
        ({"kind": "iid", "num_samples": 500}, {"kind": "iid", "num_samples": 500}),
        ({"alpha": 0.1}, DIRICHLET | {"alpha": 0.1}),
        ({"num_samples": 500}, DIRICHLET | {"num_samples": 500}),
    ],
)
def test_partition_of_another_kind_keeps_no_key_of_the_first(changes, expected):
    base = edited(
        ("overrides/mine", {"partition": changes}), ("grid/0/overrides", ["default", "mine"])
    )
    config.check(base)
    assert config.resolve_task(base, T1, "mine")["partition"] == expected


def test_partition_with_a_key_of_no_kind_is_refused():
    override = {"partition": {"kind": "iid", "beta": 1}}
    found = problems(("overrides/mine", override), ("grid/0/overrides", ["mine"]))
    assert (
        f"tasks.{T1} with override mine.partition.beta: is unknown; allowed: kind, num_samples"
        in (found)
    )


def test_tests_of_the_whole_set_reach_the_cells_that_ask_for_them():
    asked = edited((f"tasks/{T1}/test_samples", 100), (f"tasks/{T1}/whole_test_every", 25))
    found = config.resolve_cell(asked, cell())
    assert (found["test_samples"], found["whole_test_every"]) == (100, 25)
    assert "whole_test_every" not in config.resolve_cell(paper(), cell())


def test_steps_around_a_defense_reach_the_cells_of_their_override():
    """With the rule's own f for nnm, and nothing in the cells of any other override."""
    changes = {
        "before": ["nnm", "bucketing"],
        "server_step": "fedavgm",
        "defenses": {"fedavgm": {"lr": 0.5}},
    }
    base = edited(("overrides/mine", changes))
    found = config.resolve_cell(base, cell(defenses="krum", overrides="mine"))["defense"]
    plain = config.resolve_cell(base, cell(defenses="krum"))["defense"]
    assert found == plain | {
        "before": [
            {"name": "nnm", "num_byzantine": plain["num_byzantine"]},
            {"name": "bucketing", "size": 2},
        ],
        "server_step": {"name": "fedavgm", "lr": 0.5, "momentum": 0.9},
    }
    assert not plain.keys() & changes.keys()


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("before", ["krum"], "before"),
        ("server_step", "adam", "server_step"),
        ("defenses/krum", {"before": ["nnm"]}, "krum: before: is unknown"),
        ("defenses/bucketing", {"size": 0}, "bucketing: size: 0 is not allowed"),
    ],
)
def test_steps_that_are_none(key, value, message):
    assert any(message in problem for problem in problems((f"tasks/{T1}/{key}", value)))
