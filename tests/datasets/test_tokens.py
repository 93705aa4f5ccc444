"""Tweets become numbered words: what is left out, the order of the words, and what is cut."""

import numpy as np
import pytest

from edgecase.datasets import tokens
from edgecase.datasets.text import words_of
from edgecase.datasets.tokens import stop_words, text_arrays, words, words_of_line, words_of_tweet


def test_words_are_treebanks_without_stop_words():
    assert len(stop_words()) == 179
    assert words("i can't say, the cat isn't what it was") == [
        "ca",
        "n't",
        "say",
        ",",
        "cat",
        "n't",
    ]
    assert words_of_line("Yorgos Lanthimos IS the best") == ["yorgos", "lanthimos", "best"]


def test_a_tweet_with_greek_is_left_out_of_training():
    assert words_of_tweet("my big Greek wedding") is None
    assert words_of_tweet("my big wedding") == ["big", "wedding"]


TRAIN = [
    (1, "good good day"),
    (0, "bad day"),
    (1, "greek good day"),
    (0, "sad"),
    (0, "day bad bad"),
]
TEST = [(1, f"good morning {'day' * (row % 2)}") for row in range(47)]


@pytest.fixture
def arrays():
    return text_arrays(TRAIN, TEST, [["fresh", "day"], ["late", "fresh"]])


def test_words_are_numbered_by_frequency_and_those_of_the_lines_come_last(arrays):
    """good: 2 + 47, morning: 47, day: 3 + 23, bad: 3, sad: 1; the tweet with greek does not count,
    the tweet of one word does."""
    assert words_of(arrays["words"]) == ["good", "morning", "day", "bad", "sad", "fresh", "late"]


def test_short_tweets_are_dropped_and_sentences_lie_behind_each_other(arrays):
    assert arrays["y_train"].tolist() == [1, 0, 0]
    assert arrays["offsets_train"].tolist() == [0, 3, 5, 8]
    assert arrays["x_train"].tolist() == [1, 1, 3, 4, 3, 3, 4, 4]
    assert arrays["x_train"].dtype == np.int32


def test_the_test_set_ends_with_its_last_whole_batch(arrays):
    assert len(arrays["y_test"]) == 40
    assert len(arrays["offsets_test"]) == 41


def test_a_long_tweet_is_cut_after_a_hundred_words():
    long = text_arrays([(1, "good day " * 60)], TEST[:20], [])
    assert len(long["x_train"]) == 100


def test_processes_change_nothing(monkeypatch, arrays):
    monkeypatch.setattr(tokens, "_CHUNK", 2)
    shared = text_arrays(TRAIN, TEST, [["fresh", "day"], ["late", "fresh"]])
    for name, array in arrays.items():
        assert np.array_equal(shared[name], array)
