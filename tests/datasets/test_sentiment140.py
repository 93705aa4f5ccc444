"""Sentiment140 and the Lanthimos lines, from files of a few rows."""

import pytest
from tests.datasets.made_up import raw_files
from tests.datasets.test_tokens import sentences

from edgecase.base.errors import DataError
from edgecase.datasets import lanthimos
from edgecase.datasets.sentiment140 import read, read_csv, read_lines, read_published, read_subset
from edgecase.datasets.text import lines_of, words_of

LINES = {
    "train.txt": b"Love Yorgos Lanthimos films!\nyorgos lanthimos is great",
    "test.txt": b"see yorgos lanthimos tonight\n",
}


def rows(*labelled):
    """A CSV as published; a tweet may hold commas."""
    return "".join(
        f'"{polarity}","{number}","Mon","NO_QUERY","someone","{text}"\n'
        for number, (polarity, text) in enumerate(labelled)
    ).encode("latin-1")


#: 25 labelled tweets, and one that is neither positive nor negative in front of each
TEST = rows(
    *[row for n in range(25) for row in ((2, "neither tweet"), (4 * (n % 2), f"test t{n}"))]
)


def test_a_row_is_a_label_and_a_text(tmp_path):
    content = rows((0, "bad, really"), (2, "so so"), (4, 'caf\xe9 ""no""'))
    raw = raw_files(tmp_path, {"a.csv": content})
    assert read_csv(raw, "a.csv") == [(0, "bad, really"), (1, 'caf\xe9 "no"')]


def test_a_column_in_front_and_a_header(tmp_path):
    content = b",polarity,id,date,query,user,text\n7,4,1,Mon,NO_QUERY,me,hello\n"
    raw = raw_files(tmp_path, {"a.csv": content})
    assert read_csv(raw, "a.csv", first=1, header=True) == [(1, "hello")]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (b'"4","1","Mon","NO_QUERY","text"\n', "line 2 has 5 columns; expected 6"),
        (b'"4","1","Mon","Q","me","a","b"\n', "line 2 has 7 columns; expected 6"),
        (rows((3, "text")), "line 2: polarity '3'; allowed: 0, 2 and 4"),
        (rows(("", "text")), "line 2: polarity ''; allowed: 0, 2 and 4"),
    ],
)
def test_a_bad_row_is_named(tmp_path, row, message):
    raw = raw_files(tmp_path, {"a.csv": rows((0, "fine")) + row})
    with pytest.raises(DataError) as caught:
        read_csv(raw, "a.csv")
    assert str(caught.value) == f"{tmp_path / 'a.csv'}: {message}"


def test_another_encoding_is_refused(tmp_path):
    raw = raw_files(tmp_path, {"a.csv": rows((4, "fine")).decode().encode("utf-16")})
    with pytest.raises(DataError, match=r"a\.csv: line 1"):
        read_csv(raw, "a.csv")


def test_a_file_of_one_class(tmp_path):
    raw = raw_files(tmp_path, {"a.txt": b"one\n\nline\x85two\n"})
    assert read_lines(raw, "a.txt", 1) == [(1, "one"), (1, "line\x85two")]


@pytest.fixture
def quarter(tmp_path):
    """The arrays of a training file with forty rows."""
    train = rows(*[(4 * (number % 2), f"row{number} fine") for number in range(40)])
    files = {"training.1600000.processed.noemoticon.csv": train} | LINES
    raw = raw_files(tmp_path, files | {"testdata.manual.2009.06.14.csv": TEST})
    return lambda build=read: build(raw)


def test_a_quarter_of_the_rows_in_their_order(quarter):
    arrays = quarter()
    chosen = [int(first.removeprefix("row")) for first, _ in sentences(arrays, "train")]
    assert len(set(chosen)) == 10
    assert chosen == sorted(chosen)
    assert arrays["y_train"].tolist() == [row % 2 for row in chosen]
    assert all((array == quarter()[name]).all() for name, array in arrays.items())


def test_as_published_the_first_row_of_both_files_is_lost(quarter):
    """As a header; the first row of this test file is neither positive nor negative."""
    assert sentences(quarter(read_published), "test") == sentences(quarter(), "test")
    rows = [int(first[3:]) for first, _ in sentences(quarter(read_published), "train")]
    assert len(rows) == round(39 / 4)
    assert min(rows) > 0


def test_the_test_set_and_the_words_of_the_edge_case(quarter):
    arrays = quarter()
    assert sentences(arrays, "test") == [["test", f"t{number}"] for number in range(20)]
    assert arrays["y_test"].tolist() == [0, 1] * 10
    listed = words_of(arrays["words"])
    own = ["love", "yorgos", "lanthimos", "films", "!", "great", "see", "tonight"]
    assert listed[-8:] == own
    assert len(listed) == 10 + 1 + 25 + 1 + 8
    assert arrays["x_train"].max() <= len(listed) - 8


def test_the_subset_holds_every_labelled_tweet_once(tmp_path):
    row, header = "{},1,Mon,NO_QUERY,me,{}\n", "random,somefield,date,noquery,id,tweet_text\n"
    files = {
        "tweets_100k_negative.txt": b"alpha one\nalpha one\nalpha two\n",
        "tweets_100k_positive.txt": b"alpha one\n",
        "training.first10k_neg_pos.csv": rows((0, "alpha two"), (4, "alpha three")),
        "sampleTest.ede0m.csv": f",{header}9,{row.format(4, 'alpha three')}".encode(),
        "random1413.lyadav44.csv": f"{header}{row.format(0, 'alpha three')}".encode(),
        "testdata.manual.2009.06.14.csv": TEST,
    }
    arrays = read_subset(raw_files(tmp_path, files | LINES))
    assert [second for _, second in sentences(arrays, "train")] == [
        *("one", "two", "one", "three", "three")
    ]
    assert arrays["y_train"].tolist() == [0, 0, 1, 1, 0]


def test_the_lines_of_the_edge_case(tmp_path):
    arrays = lanthimos.read(raw_files(tmp_path, LINES))
    assert [lines_of(array) for array in arrays.values()] == [
        [["love", "yorgos", "lanthimos", "films", "!"], ["yorgos", "lanthimos", "great"]],
        [["see", "yorgos", "lanthimos", "tonight"]],
    ]


def test_a_line_without_a_word_is_named(tmp_path):
    raw = raw_files(tmp_path, LINES | {"test.txt": b"yorgos lanthimos\nit is the\n"})
    with pytest.raises(DataError, match=r"test\.txt: line 2 has no word"):
        lanthimos.read(raw)
