"""Files that are equal are one file."""

import pytest
from tests.config.made_up import T1, T4, cell, edited, paper

from edgecase import config


@pytest.mark.parametrize(
    ("changes", "variants"),
    [
        ({}, ("default", "default", "default")),
        ({"lr": 0.5, "rounds": 3, "eps": 1.0}, ("default", "default", "default")),
        ({"defenses": {"rfa": {"max_iterations": 3}}}, ("default", "default", "default")),
        ({"model": {"width": 1.0}}, ("default", "default", "default")),
        ({"switches": {"radius_decay": "never"}}, ("default", "default", "default")),
        ({"partition": {"alpha": 0.1}}, ("mine", "default", "default")),
        ({"partition": {"kind": "iid"}}, ("mine", "default", "default")),
        ({"poison": {"edge": 50}}, ("default", "mine", "default")),
        ({"switches": {"p_study": "matched"}}, ("default", "mine", "default")),
        ({"num_clients": 100}, ("mine", "mine", "default")),
        ({"model": {"width": 0.5}}, ("default", "default", "mine")),
        ({"pretrain": {"epochs": 1}}, ("default", "default", "mine")),
        ({"start": "authors"}, ("default", "default", "mine")),
        ({"start": "rounds", "start_rounds": 3}, ("default", "default", "mine")),
        ({"test_samples": 100}, ("default", "default", "mine")),
        ({"switches": {"transforms": "one"}}, ("default", "default", "mine")),
        # Photos know no orientation.
        ({"switches": {"orientation": "upright"}}, ("default", "default", "default")),
        ({"edge_set": "greencar", "poison": {}}, ("mine", "mine", "default")),
    ],
)
def test_variant_is_named_only_if_the_file_differs(changes, variants):
    base = edited(("overrides/mine", changes))
    found = tuple(
        variant(base, T1, "mine")
        for variant in (config.partition_variant, config.poison_variant, config.pretrain_variant)
    )
    assert found == variants


@pytest.mark.parametrize(
    ("changes", "variants"),
    [
        ({"partition": {"num_samples": 3896}}, ("mine", "mine")),
        ({"switches": {"overlap": "published"}}, ("default", "mine")),
        (
            {"switches": {"overlap": "published"}, "partition": {"num_samples": 3896}},
            ("mine", "mine"),
        ),
        ({"lr": 0.5}, ("default", "default")),
    ],
)
def test_clean_samples_apart_from_clients_follow_the_partition(changes, variants):
    base = edited(("overrides/mine", changes))
    assert (
        *(config.partition_variant(base, T4, "mine"), config.poison_variant(base, T4, "mine")),
    ) == variants


def test_without_override_every_variant_is_the_default():
    for variant in (config.partition_variant, config.poison_variant, config.pretrain_variant):
        assert variant(paper(), T1, "default") == "default"


def test_matched_override_changes_the_split_of_the_photos_alone():
    plain, matched = (
        config.resolve_cell(paper(), cell(**override))
        for override in ({}, {"overrides": "matched"})
    )
    assert matched["switches"] == plain["switches"] | {"p_study": "matched"}
    assert matched["poison"] == plain["poison"] | {"p_study": "matched"}
    assert {key for key in plain if plain[key] != matched[key]} == {"switches", "poison"}
