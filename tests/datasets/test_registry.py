import subprocess
import sys

import pytest

from edgecase.datasets import DATASETS, EDGE_SETS

ALL = DATASETS | EDGE_SETS


def test_the_names_of_the_pipeline():
    assert [name for name, entry in DATASETS.items() if not entry.standin] == [
        *("cifar10", "cifar100", "comments", "emnist", "femnist-leaf", "femnist-leaf-digits"),
        *("femnist-tff", "femnist-tff-digits", "reddit-leaf", "mnist", "reddit", "sentiment140"),
        *("sentiment140-published", "sentiment140-subset"),
        *("sentiment140-words", "sentiment140-users"),
    ]
    assert [name for name, entry in EDGE_SETS.items() if not entry.standin] == [
        *("ardis", "athens", "greencar", "lanthimos", "southwest"),
    ]
    assert [name for name, entry in ALL.items() if entry.standin] == [
        *("standin-comments", "standin-digits", "standin-photographs", "standin-planes"),
        *("standin-tweets", "standin-cretan"),
        *("standin-livery", "standin-sevens", "standin-lines"),
    ]


@pytest.mark.parametrize(
    ("edge_set", "dataset", "names"),
    [
        ("southwest", "cifar10", ("airplane", "truck", "truck")),
        ("ardis", "emnist", ("7", "1", "7")),
        ("greencar", "cifar10", ("automobile", "bird", "truck")),
        ("standin-livery", "standin-planes", ("airplane", "truck", "truck")),
        ("standin-sevens", "standin-digits", ("7", "1", "7")),
        ("lanthimos", "sentiment140", ("positive", "negative", "positive")),
        ("standin-lines", "standin-tweets", ("positive", "negative", "positive")),
    ],
)
def test_source_target_and_raw_class(edge_set, dataset, names):
    entry, classes = EDGE_SETS[edge_set], DATASETS[dataset].class_names
    assert (classes[entry.source_class], classes[entry.target_class]) == names[:2]
    assert classes[entry.raw_class] == names[2]


def test_what_is_called_a_stand_in_is_one():
    for entry in ALL.values():
        assert entry.standin == (not entry.sources) or entry.name == "athens"


def test_only_digits_without_writers_have_an_orientation():
    """FEMNIST's lie upright, and nobody published them otherwise."""
    others = {"femnist-leaf": 62, "femnist-tff": 62, "cifar100": 100}
    for entry in DATASETS.values():
        if entry.name in others:
            assert entry.num_classes == others[entry.name]
            continue
        assert entry.num_classes == {(100,): 2, (64,): 0, (64, 64, 3): 20}.get(entry.shape, 10)
        digits = entry.shape == (28, 28, 1) and "owner_train" not in entry.arrays
        assert (entry.stored_orientation is not None) == digits


def test_the_registry_loads_nothing_heavy():
    program = (
        "import sys; sys.path[:0] = sys.argv[1:]; import edgecase.datasets; "
        "heavy = ('torch', 'sklearn', 'PIL', 'requests', 'pooch', 'nltk'); "
        "print([m for m in heavy if m in sys.modules])"
    )
    path = [entry for entry in sys.path if entry.endswith("workflow")]
    done = subprocess.run(
        [sys.executable, "-c", program, *path], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
