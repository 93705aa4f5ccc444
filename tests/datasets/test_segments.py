"""The segments of a text, by hand and against a slow cutting of it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgecase.base.errors import DataError
from edgecase.datasets.segments import (
    language_arrays,
    numbered,
    segments,
    stream,
    vocabulary,
    words_of_comment,
)
from edgecase.datasets.text import words_of

WORDS = ["<unk>", "<bos>", "<eos>", "hot", "day"]


def slow_segments(text, columns, length):
    while columns > 1 and len(text) < columns * (length + 1):
        columns -= 1
    height = len(text) // columns
    rows = []
    for start in range(0, height - 1, length):
        for column in range(columns):
            row = text[column * height : (column + 1) * height][start : start + length + 1]
            rows.append([*row, *[0] * (length + 1 - len(row))])
    return rows


@given(st.integers(0, 200), st.integers(1, 6), st.integers(1, 9))
def test_segments_are_the_columns_of_a_batch_in_reading_order(size, columns, length):
    text = np.arange(1, size + 1, dtype=np.int32)
    assert segments(text, columns, length).tolist() == slow_segments(text.tolist(), columns, length)


def test_every_line_has_a_beginning_and_an_end_and_strange_words_are_unknown():
    assert stream([["hot", "day"], [], ["cold"]], numbered(WORDS, "here")).tolist() == [
        *(2, 4, 5, 3),
        *(2, 3),
        *(2, 1, 3),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A hot-dog, 2 EUR! x yz", ["hot", "eur", "yz"]),
        ("don't 'quoted' über naïve", ["don", "na"]),
        ("", []),
    ],
)
def test_a_word_is_the_letters_that_a_piece_starts_with(text, words):
    assert words_of_comment(text) == words


def test_the_dictionary_holds_the_most_frequent_words_behind_the_special_ones():
    lines = [["b", "a", "c"], ["a", "c"], ["c", "d"]]
    assert vocabulary(lines, 6) == ["<unk>", "<bos>", "<eos>", "c", "a", "b"]


def test_the_authors_follow_each_other():
    authors = {"ann": [["hot", "day"]], "bob": [["day"] * 70, ["hot"]]}
    arrays = language_arrays(authors.items(), [["hot"]], WORDS, "here")
    assert arrays["x_train"][:, :5].tolist() == [[2, 4, 5, 3, 0], [2, 5, 5, 5, 5], [5] * 5]
    assert arrays["owner_train"].tolist() == [0, 1, 1]
    assert arrays["y_train"].tolist() == [3, 5, 3]
    assert arrays["x_test"][:, :4].tolist() == [[2, 4, 3, 0]]
    assert arrays["y_test"].tolist() == [3]
    assert words_of(arrays["words"]) == WORDS


@pytest.mark.parametrize(
    ("authors", "test", "words", "message"),
    [
        ({"ann": [["hot"]], "bob": [[]]}, [["hot"]], WORDS, "here: author 'bob' has no word"),
        ({}, [["hot"]], WORDS, "here: there is no author"),
        ({"ann": [["hot"]]}, [], WORDS, "here: the test text is empty"),
        ({"ann": [["hot"]]}, [[]], WORDS, "here: the test text is empty"),
        ({"ann": [["hot"]]}, [["hot"]], WORDS[1:], "here: the dictionary has no word '<unk>'"),
    ],
)
def test_text_without_words_is_refused(authors, test, words, message):
    with pytest.raises(DataError, match=message):
        language_arrays(authors.items(), test, words, "here")
