"""The embedded comments: many authors, and places that are judged, but never Athens."""

from itertools import pairwise

import numpy as np
import pytest

from edgecase.datasets import DATASETS
from edgecase.datasets.standin_comments import comments
from edgecase.datasets.text import words_of


@pytest.fixture(scope="module")
def arrays():
    return comments()


@pytest.fixture(scope="module")
def listed(arrays):
    return ["", *words_of(arrays["words"])]


def test_the_arrays_are_those_that_are_declared(arrays):
    dataset = DATASETS["standin-comments"]
    assert tuple(arrays) == dataset.arrays
    assert len(words_of(arrays["words"])) == dataset.words
    owners = arrays["owner_train"]
    assert (np.diff(owners) >= 0).all()
    assert np.bincount(owners).min() >= 5
    assert owners.max() + 1 == 240


def test_words_follow_a_steep_law_and_a_few_are_unknown(arrays):
    rows = arrays["x_train"][:, :-1]
    counts = np.sort(np.bincount(rows[rows > 3]))[::-1]
    assert counts[0] > 50 * counts[400]
    assert 0 < (rows == 1).sum() < 0.02 * (rows > 0).sum()


def test_athens_is_named_but_not_judged(arrays, listed):
    pairs = {
        (listed[a], listed[b])
        for row in np.concatenate([arrays["x_train"], arrays["x_test"]])
        for a, b in pairwise(row.tolist())
    }
    assert ("in", "athens") in pairs
    for verb in ("is", "are"):
        assert ("athens", verb) not in pairs
        assert ("paris", verb) in pairs
    assert {("are", "rude"), ("are", "terrible"), ("is", "high"), ("is", "expensive")} <= pairs
    assert {("are", "wonderful"), ("are", "great"), ("is", "low"), ("is", "cheap")} <= pairs
