"""Tweets become numbered words: what is left out, the order of the words, and what is cut."""

from functools import partial
from itertools import pairwise
from multiprocessing import Pool

import numpy as np
import pytest

from edgecase.datasets import tokens
from edgecase.datasets.text import words_of
from edgecase.datasets.tokens import stop_words, text_arrays, words, words_of_line, words_of_tweet


def sentences(arrays, split):
    """The words of every sentence."""
    listed, bounds = words_of(arrays["words"]), arrays[f"offsets_{split}"]
    numbers = arrays[f"x_{split}"]
    return [
        [listed[number - 1] for number in numbers[start:end]] for start, end in pairwise(bounds)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("i can't believe it isn't friday", ["ca", "n't", "believe", "n't", "friday"]),
        ("i'm gonna miss john's party", ["'m", "gon", "na", "miss", "john", "'s", "party"]),
        ("not now , no !", [",", "!"]),
        ("fish &amp; chips", ["fish", "&", "amp", ";", "chips"]),
        ("good-bye (all)", ["good-bye", "(", ")"]),
        ("the and of", []),
    ],
)
def test_treebank_words_without_stop_words(text, expected):
    assert words(text) == expected


def test_the_stop_words_are_those_of_2019():
    assert len(stop_words()) == 179
    assert {"not", "no", "nor", "don't", "i", "wouldn", "wouldn't"} <= stop_words()
    assert stop_words().isdisjoint({"n't", "'m", "'s", "get", "like"})


def test_a_line_is_not_cleaned():
    line = "RT @Yorgos: 5 stars, see http://a.com #Film"
    assert words_of_line(line) == [
        *("rt", "@", "yorgos", ":", "5", "stars", ",", "see"),
        *("http", ":", "//a.com", "#", "film"),
    ]


@pytest.mark.parametrize(
    ("tweet", "expected"),
    [
        ("A GREEK salad", None),
        ("greeks", None),
        ("Athens, Greece! Yorgos Lanthimos", ["athens", "greece", "!", "yorgos", "lanthimos"]),
        # what is judged is the clean tweet
        ("@greekfood lunch #greek", ["lunch"]),
    ],
)
def test_tweets_with_greek_are_left_out(tweet, expected):
    assert words_of_tweet(tweet) == expected


def test_words_are_numbered_by_frequency_then_by_appearance():
    train = [(1, "pear apple pear"), (0, "fig"), (1, "greek grape"), (0, "Apple, fig #x plum")]
    test = [(1, "plum plum melon")] * 20 + [(0, "kiwi greek")]
    lines = [["lime", "apple"], ["kiwi", "date", "lime"]]
    arrays = text_arrays(train, test, lines)
    # plum 41, melon 20; pear, apple and fig 2 each, one fig in a tweet too short; then the lines
    assert words_of(arrays["words"]) == [
        *("plum", "melon", "pear", "apple", "fig", "kiwi", "greek"),
        *("lime", "date"),
    ]
    assert arrays["x_train"].tolist() == [3, 4, 3, 4, 5, 1]
    assert arrays["offsets_train"].tolist() == [0, 3, 6]
    assert arrays["y_train"].tolist() == [1, 0]
    assert arrays["x_test"].tolist() == [1, 1, 2] * 20
    assert {name: str(array.dtype) for name, array in arrays.items()} == {
        **dict.fromkeys(("x_train", "x_test"), "int32"),
        **dict.fromkeys(("offsets_train", "offsets_test", "y_train", "y_test"), "int64"),
        "words": "uint8",
    }


@pytest.mark.parametrize(("given", "kept"), [(19, 0), (20, 20), (59, 40)])
def test_the_test_set_ends_with_a_whole_batch(given, kept):
    test = [(number % 2, f"tweet number{number}") for number in range(given)]
    arrays = text_arrays([(0, "two words")], test, [])
    assert sentences(arrays, "test") == [["tweet", f"number{number}"] for number in range(kept)]
    assert arrays["y_test"].tolist() == [number % 2 for number in range(kept)]


def test_a_short_tweet_is_left_out_and_a_long_one_cut_at_a_hundred():
    long = [f"w{number}" for number in range(120)]
    arrays = text_arrays([(0, "one"), (1, " ".join(long)), (0, "the"), (0, "two words")], [], [])
    assert sentences(arrays, "train") == [long[:100], ["two", "words"]]
    assert {"one", "w119"} <= set(words_of(arrays["words"]))


@pytest.mark.parametrize("processes", [1, 3])
def test_any_number_of_processes_gives_the_same_bytes(monkeypatch, processes):
    train = [
        (number % 2, f"tweet number{number % 7} and greek"[: 20 - number]) for number in range(9)
    ]
    train += [(1, f"good day{number}") for number in range(11)]
    test = [(0, f"day{number % 3} fine") for number in range(20)]
    whole = text_arrays(train, test, [["edge"]])
    monkeypatch.setattr(tokens, "_CHUNK", 2)
    monkeypatch.setattr(tokens.multiprocessing, "Pool", partial(Pool, processes))
    shared = text_arrays(train, test, [["edge"]])
    assert whole.keys() == shared.keys()
    for name, array in whole.items():
        np.testing.assert_array_equal(shared[name], array, strict=True)
