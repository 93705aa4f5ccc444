"""The embedded sentences: labels that a few words tell, and a name that only edge lines hold."""

import numpy as np

from edgecase.datasets import standin_tweets
from edgecase.datasets.text import lines_of, words_of


def sentences(arrays, split):
    words = np.array(["", *words_of(arrays["words"])])
    parts = np.split(words[arrays[f"x_{split}"]], arrays[f"offsets_{split}"][1:-1])
    return [set(part) for part in parts]


def test_praise_and_complaint_tell_the_label_of_most_sentences():
    arrays = standin_tweets.tweets()
    for split in ("train", "test"):
        praised = [bool(own & set(standin_tweets._PRAISE)) for own in sentences(arrays, split)]
        assert 0.9 < np.mean(praised == arrays[f"y_{split}"]) < 0.97


def test_every_edge_line_and_no_sentence_holds_the_name():
    arrays, edge = standin_tweets.tweets(), standin_tweets.lines()
    known = set(words_of(arrays["words"]))
    name = {"orsino", "veldt"}
    for lines in map(lines_of, edge.values()):
        assert all(name <= set(line) <= known for line in lines)
    for split in ("train", "test"):
        assert not any(own & name for own in sentences(arrays, split))
