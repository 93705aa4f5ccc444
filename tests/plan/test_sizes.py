"""The sizes a plan counts with, against the data's own builders."""

import pytest

from edgecase.base.errors import ConfigError
from edgecase.datasets import DATASETS, EDGE_SETS
from edgecase.datasets.base import LINE_ARRAYS
from edgecase.datasets.southwest import ARRAYS
from edgecase.datasets.text import lines_of
from edgecase.plan.sizes import EDGE_IMAGES, IMAGES, edge_counts, image_counts

LIVERY = {"edge": 100, "clean": 400, "p_study": "published", "unusual_photos": 0} | {
    "almost_share": 0.025,
    "normal_share": 0.05,
    "honest_fraction": 1.0,
}
SEVENS = {"fraction": 0.1, "clean": 100, "p_study": "published"} | {
    "almost_share": 0.0195,
    "normal_share": 0.05,
    "honest_fraction": 1.0,
}


def test_every_set_is_known():
    assert IMAGES.keys() == DATASETS.keys()
    assert EDGE_IMAGES.keys() == EDGE_SETS.keys()


@pytest.mark.parametrize("name", [name for name, entry in DATASETS.items() if entry.standin])
def test_standin_images(name):
    arrays = DATASETS[name].build()
    assert image_counts(name) == (len(arrays["y_train"]), len(arrays["y_test"]))


@pytest.mark.parametrize("name", [name for name, entry in EDGE_SETS.items() if entry.standin])
def test_standin_edge_images(name):
    arrays = EDGE_SETS[name].build()
    sizes = {}
    for key in EDGE_IMAGES[name]:
        labels = arrays.get(key.replace("x_", "y_")) if key.startswith("x_") else None
        own = labels == EDGE_SETS[name].source_class if labels is not None else slice(None)
        lines = EDGE_SETS[name].arrays == LINE_ARRAYS
        sizes[key] = len(lines_of(arrays[key])) if lines else len(arrays[key][own])
    assert sizes == EDGE_IMAGES[name]


def test_published_southwest_images():
    assert {name: count for name, (_, count) in ARRAYS.items()} == EDGE_IMAGES["southwest"]


@pytest.mark.parametrize(
    ("edge_set", "case", "clients", "parameters", "expected"),
    [
        # Published: 100 + 400, tested on 196; p-study 180, and 5 or 10 clients share 100 or 700.
        ("southwest", "edge-case", 200, LIVERY, (500, 196, 0, 0)),
        ("southwest", "almost-edge-case", 200, LIVERY, (500, 180, 100, 5)),
        ("southwest", "normal-case", 200, LIVERY, (500, 180, 700, 10)),
        # 66 + 100; 66 clients hold one seven, 169 share the other 594.
        ("ardis", "edge-case", 3383, SEVENS, (166, 100, 0, 0)),
        ("ardis", "almost-edge-case", 3383, SEVENS, (166, 100, 66, 66)),
        ("ardis", "normal-case", 3383, SEVENS, (166, 100, 594, 169)),
        # The authors' default: all sevens and 10 rotations of each.
        ("ardis", "edge-case", 3383, SEVENS | {"fraction": 10}, (7360, 100, 0, 0)),
    ],
)
def test_published_counts(edge_set, case, clients, parameters, expected):
    found = edge_counts(edge_set, case, clients, parameters)
    assert (found.attacker, found.test, found.honest, len(found.by_client)) == expected
    assert sum(found.by_client.values()) == found.honest


def test_unusual_photos_are_one_clients():
    parameters = LIVERY | {"p_study": "matched", "unusual_photos": 12}
    found = edge_counts("southwest", "edge-case", 200, parameters)
    assert found.by_client == {0: 48}


def test_a_set_of_unknown_size_is_named():
    with pytest.raises(ConfigError, match="'imagenet' is unknown to the plan"):
        image_counts("imagenet")
