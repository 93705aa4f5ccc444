"""The embedded sentences: words that tell most labels, and a name that only edge lines hold."""

import numpy as np
import pytest

from edgecase.datasets import DATASETS, EDGE_SETS
from edgecase.datasets.standin_tweets import lines, tweets
from edgecase.datasets.text import lines_of, words_of

NAMES = ("orsino", "veldt")


@pytest.fixture(scope="module")
def arrays():
    return tweets()


@pytest.fixture(scope="module")
def listed(arrays):
    return words_of(arrays["words"])


@pytest.fixture(scope="module")
def edge():
    return [lines_of(array) for array in lines().values()]


def test_the_arrays_are_those_that_are_declared(arrays):
    assert tuple(arrays) == DATASETS["standin-tweets"].arrays
    assert tuple(lines()) == EDGE_SETS["standin-lines"].arrays


@pytest.mark.parametrize(("split", "count"), [("train", 3600), ("test", 400)])
def test_sentences_of_known_words(arrays, listed, split, count):
    numbers, sizes = arrays[f"x_{split}"], np.diff(arrays[f"offsets_{split}"])
    assert len(sizes) == len(arrays[f"y_{split}"]) == count
    assert sizes.min() >= 2
    assert sizes.sum() == len(numbers)
    assert numbers.min() >= 1
    assert numbers.max() <= len(listed)
    assert 0.45 < arrays[f"y_{split}"].mean() < 0.55


def test_every_line_holds_a_name_that_no_sentence_does(arrays, listed, edge):
    assert [len(part) for part in edge] == [60, 40]
    assert all(set(NAMES) <= set(line) <= set(listed) for part in edge for line in part)
    numbers = [listed.index(name) + 1 for name in NAMES]
    assert not np.isin(np.concatenate([arrays["x_train"], arrays["x_test"]]), numbers).any()


def test_lines_are_the_same_each_time(edge):
    assert [lines_of(array) for array in lines().values()] == edge


def test_the_words_say_the_label_but_for_some_noise(arrays, listed):
    """A sum over its words of how much more often each is positive than negative judges a tweet."""

    def by_word(split):
        sizes = np.diff(arrays[f"offsets_{split}"])
        return arrays[f"x_{split}"], np.repeat(np.arange(len(sizes)), sizes)

    numbers, sentence = by_word("train")
    counts = np.ones((2, len(listed) + 1))
    np.add.at(counts, (arrays["y_train"][sentence], numbers), 1)
    weights = np.log(counts[1] / counts[0])
    numbers, sentence = by_word("test")
    right = (np.bincount(sentence, weights[numbers]) > 0) == arrays["y_test"]
    assert 0.90 < right.mean() < 0.97
