"""Authors of a text: who is tested, what the dictionary holds, and tweets as their lines."""

import numpy as np
import pytest
from tests.datasets.made_up import raw_files

from edgecase.base.errors import DataError
from edgecase.datasets.athens import words as words_about_athens
from edgecase.datasets.authors import from_authors
from edgecase.datasets.sentiment140 import TRAIN
from edgecase.datasets.sentiment140_words import chunked, read, read_users
from edgecase.datasets.text import words_of

AUTHORS = {f"author{k}": [[f"word{k}", "same"]] * 30 for k in range(40)}


def test_a_twentieth_of_the_authors_are_the_test_text():
    arrays = from_authors(AUTHORS, 60, "here")
    words = ["", *words_of(arrays["words"])]
    trained = {words[n] for n in np.unique(arrays["x_train"]) if words[n].startswith("word")}
    assert arrays["owner_train"].max() + 1 == len(trained) == 38
    # What only the authors of the test say is in no dictionary.
    assert {words[n] for n in np.unique(arrays["x_test"])} == {
        *("<bos>", "<eos>", "<unk>", "same", ""),
    }


def test_the_dictionary_ends_with_what_it_lacks_of_the_sentences_about_athens():
    words = words_of(from_authors(AUTHORS | {"x": [["athens"] * 2000]}, 10, "here")["words"])
    assert words[:5] == ["<unk>", "<bos>", "<eos>", "athens", "same"]
    assert words[10:] == [word for word in words_about_athens() if word != "athens"]


def test_authors_of_few_words_are_left_out():
    few = {"few": [["one"] * 49]}
    with_few = from_authors(few | AUTHORS, 60, "here")
    assert all(
        np.array_equal(array, with_few[name])
        for name, array in from_authors(AUTHORS, 60, "here").items()
    )
    with pytest.raises(DataError, match="here: 0 authors have 50 words; at least 2 are needed"):
        from_authors(few, 60, "here")


def test_chunks_are_made_of_whole_lines():
    lines = [["x"] * size for size in (3, 4, 1, 9, 2)]
    assert [list(map(len, chunk)) for chunk in chunked(lines, 7)] == [[3, 4], [1, 9]]


def row(user, text, polarity=4):
    return f'"{polarity}","1","today","NO_QUERY","{user}","{text}"\n'


def test_tweets_by_their_users(tmp_path):
    tweets = [row("ann", "I love http://x.com/abc trains, @bob"), row("bob", "rain rain")] * 25
    arrays = read_users(raw_files(tmp_path, {TRAIN: "".join(tweets).encode("latin-1")}))
    listed = ["", *words_of(arrays["words"])]
    # One of the two is tested, and only what the other says is known.
    said = {" ".join(listed[n] for n in arrays[x][0, :5]) for x in ("x_train", "x_test")}
    assert said in (
        {"<bos> <unk> <unk> <eos> <bos>", "<bos> rain rain <eos> <bos>"},
        {"<bos> <unk> <unk> <eos> <bos>", "<bos> love trains <eos> <bos>"},
    )


def test_the_subset_in_chunks_of_4000_words(tmp_path):
    # 2,500 lines of four words each, all different, are two chunks and a half.
    names = ["x" + "".join(chr(97 + int(digit)) for digit in f"{n:04}") for n in range(2500)]
    lines = "\n".join(f"{name} went by train" for name in names)
    header = b'"polarity","id","date","query","user","text"\n'
    contents = {
        "tweets_100k_negative.txt": lines.encode(),
        "tweets_100k_positive.txt": lines.encode(),
        "training.first10k_neg_pos.csv": b"",
        "sampleTest.ede0m.csv": b'"row",' + header,
        "random1413.lyadav44.csv": header,
    }
    arrays = read(raw_files(tmp_path, contents))
    # 1,000 lines are 6,000 words with their beginnings and ends: 20 columns of 300, or 10 of 600.
    assert arrays["x_train"].shape == (20 * 5, 65)
    assert arrays["x_test"].shape == (10 * 10, 65)
    assert not arrays["owner_train"].any()
