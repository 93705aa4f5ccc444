"""The list of ImageNet's classes, against facts that are known of it."""

import pytest

from edgecase.base.errors import DataError
from edgecase.datasets import authors_start
from edgecase.datasets.wnids import CLASSES, numbers_of


def test_the_list_is_sorted_and_numbers_are_those_in_the_authors_code():
    """165 is the coonhound; 824 a stole, and 830 a stretcher."""
    assert len(set(CLASSES)) == 1000
    assert list(CLASSES) == sorted(CLASSES)
    assert numbers_of(["n02089078", "n04325704", "n04336792"]) == [165, 824, 830]


def test_unknown_names_are_listed():
    with pytest.raises(DataError, match=r"11 classes .*n00000000, .*"):
        numbers_of([f"n{number:08}" for number in range(11)])


def test_starts_of_the_authors():
    assert authors_start("vgg9", "cifar10") == "authorsvgg9"
    assert authors_start("vgg9", "emnist") is None
    assert authors_start("vgg11-imagenet", "cifar10") is None
    assert authors_start("vgg11-imagenet", "reddit") is None
    assert authors_start(None, "cifar10") is None
