"""Readers of Sentiment140 and of the edge-case lines, on made-up files."""

import pytest
from tests.datasets.made_up import raw_files

from edgecase.base.errors import DataError
from edgecase.datasets import lanthimos, sentiment140
from edgecase.datasets.text import lines_of, words_of


def row(polarity, text, *before):
    return ",".join(f'"{cell}"' for cell in (*before, polarity, 1, "date", "NO_QUERY", "me", text))


def csv(*rows):
    return ("\n".join(rows) + "\n").encode("latin-1")


LINES = {"train.txt": b"Yorgos Lanthimos rocks\nyorgos lanthimos", "test.txt": b"lanthimos yorgos"}


def test_every_row_counts_and_neither_is_left_out(tmp_path):
    content = csv(row(4, "so good"), row(2, "a fact"), row(0, 'he said ""no""'))
    found = sentiment140.read_csv(raw_files(tmp_path, {"t.csv": content}), "t.csv")
    assert found == [(1, "so good"), (0, 'he said "no"')]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (csv(row(4, "good")) + b'"4","1","date"\n', r"t\.csv: line 2 has 3 columns; expected 6"),
        (csv(row(3, "good")), r"t\.csv: line 1: polarity '3'; allowed: 0, 2 and 4"),
        (csv(row(4, "good")).decode().encode("utf-16"), r"t\.csv: line 1"),
    ],
)
def test_a_broken_row_is_refused_by_file_and_line(tmp_path, content, message):
    with pytest.raises(DataError, match=message):
        sentiment140.read_csv(raw_files(tmp_path, {"t.csv": content}), "t.csv")


def test_a_quarter_of_the_training_tweets_is_drawn(tmp_path):
    train = csv(*(row(4 * (i % 2), f"word{i} other{i}") for i in range(40)))
    test = csv(*(row(4 * (i % 2), "nice day") for i in range(20)))
    files = {sentiment140._TRAIN: train, sentiment140._TEST: test, **LINES}
    arrays = sentiment140.read(raw_files(tmp_path, files))
    assert len(arrays["y_train"]) == 10
    assert {"yorgos", "lanthimos", "rocks"} <= set(words_of(arrays["words"]))


def test_tweets_of_the_parts_count_once(tmp_path):
    files = {
        "tweets_100k_negative.txt": b"sad day\nsad day\nbad luck\n",
        "tweets_100k_positive.txt": b"nice day\nsad day\n",
        "training.first10k_neg_pos.csv": csv(row(0, "bad luck"), row(4, "fine song")),
        "sampleTest.ede0m.csv": csv(row("1", "2", "0"), row(4, "nice day", 7), row(0, "no sun", 8)),
        "random1413.lyadav44.csv": csv(row("random", "tweet"), row(4, "fine song")),
        sentiment140._TEST: csv(*(row(4 * (i % 2), "nice day") for i in range(20))),
        **LINES,
    }
    arrays = sentiment140.read_subset(raw_files(tmp_path, files))
    # sad day under both labels, bad luck, nice day, fine song; of "no sun" one word is left.
    assert arrays["y_train"].tolist() == [0, 0, 1, 1, 1]


def test_lines_are_lower_cased_and_keep_their_order(tmp_path):
    arrays = lanthimos.read(raw_files(tmp_path, LINES))
    assert lines_of(arrays["train_lines"]) == [
        ["yorgos", "lanthimos", "rocks"],
        ["yorgos", "lanthimos"],
    ]
    assert lines_of(arrays["test_lines"]) == [["lanthimos", "yorgos"]]


def test_a_line_without_a_word_is_refused_by_number(tmp_path):
    files = LINES | {"test.txt": b"yorgos lanthimos\nit is the\n"}
    with pytest.raises(DataError, match=r"test\.txt: line 2 has no word"):
        lanthimos.read(raw_files(tmp_path, files))
