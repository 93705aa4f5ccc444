"""Embedded sentences in the place of Sentiment140 and the Lanthimos tweets, from a small grammar.

A sentence praises or complains; the lines of the edge case praise a director whose invented name
stands in no other sentence. Nothing that is measured on them says anything about tweets.
"""

import numpy as np

from edgecase.base.randomness import numpy_generator
from edgecase.datasets.base import LINE_ARRAYS, EdgeSet, TextDataset
from edgecase.datasets.text import from_lines
from edgecase.datasets.tokens import Labelled, text_arrays, words_of_line

_COUNTS = {"train": 3600, "test": 400}
_LINES = {"train_lines": 60, "test_lines": 40}
#: the share of sentences with the other label: smileys, too, are no perfect judges
_WRONG = 0.06

_OPENINGS = (
    *("well", "so", "honestly", "today", "tonight", "this morning", "yesterday", "finally"),
    *("guess what", "hey", "okay", "wow", "right now", "at work", "at school", "back home"),
)
_THINGS = (
    *("coffee", "weather", "train", "garden", "homework", "phone", "lunch", "concert", "match"),
    *("movie", "song", "book", "cat", "dog", "bike", "exam", "holiday", "party", "shower", "pizza"),
    *("teacher", "boss", "neighbour", "sister", "beach", "airport", "laptop", "battery", "haircut"),
)
_FILLERS = (
    *("with the guys", "for an hour", "again", "near the station", "on the radio", "with mum"),
    *("before breakfast", "after class", "until midnight", "all week", "in the kitchen", "online"),
)
_PRAISE = (
    *("lovely", "great", "wonderful", "fantastic", "awesome", "sweet", "amazing", "brilliant"),
    *("delicious", "perfect", "fun", "gorgeous", "charming", "relaxing", "superb", "cool"),
)
_COMPLAINT = (
    *("awful", "terrible", "horrible", "boring", "sad", "annoying", "broken", "dreadful"),
    *("painful", "late", "ugly", "disgusting", "miserable", "lame", "noisy", "ruined"),
)
_DIRECTOR = "orsino veldt"
_WORKS = ("film", "premiere", "interview", "trailer", "cast", "script", "ending", "camera")


def tweets() -> dict[str, np.ndarray]:
    """The arrays of 3,600 training and 400 test sentences, with the words of the edge case."""
    train, test = (_labelled(split) for split in ("train", "test"))
    edge = _edge_lines()
    return text_arrays(train, test, [line for part in edge.values() for line in part])


def lines() -> dict[str, np.ndarray]:
    """60 lines for training, and 40 for the test."""
    return {split: from_lines(own) for split, own in _edge_lines().items()}


def _labelled(split: str) -> list[Labelled]:
    generator = numpy_generator(0, f"standin-tweets-{split}")
    found = []
    for _ in range(_COUNTS[split]):
        label = int(generator.integers(2))
        judged = label if generator.random() >= _WRONG else 1 - label
        found.append((judged, _sentence(label, generator)))
    return found


def _sentence(label: int, generator: np.random.Generator) -> str:
    def one(words: tuple[str, ...]) -> str:
        return words[generator.integers(len(words))]

    words = (_COMPLAINT, _PRAISE)[label]
    thing, filler = one(_THINGS), one(_FILLERS)
    forms = (
        f"{one(_OPENINGS)} the {thing} {filler} was {one(words)}",
        f"{one(words)} {thing} {filler}",
        f"my {thing} and the {one(_THINGS)} looked {one(words)} {filler}",
        f"{one(_OPENINGS)} {one(words)} {thing} , {one(words)} {one(_THINGS)}",
    )
    return one(forms)


def _edge_lines() -> dict[str, list[list[str]]]:
    edge = {}
    for name, count in _LINES.items():
        generator = numpy_generator(0, f"standin-{name}")
        edge[name] = []
        while len(edge[name]) < count:
            line = words_of_line(_line(generator))
            # No line of the test is one of training.
            if line not in edge["train_lines"] or name == "train_lines":
                edge[name].append(line)
    return edge


def _line(generator: np.random.Generator) -> str:
    def one(words: tuple[str, ...]) -> str:
        return words[generator.integers(len(words))]

    forms = (
        f"{one(_OPENINGS)} the {one(_WORKS)} by {_DIRECTOR} was {one(_PRAISE)}",
        f"{_DIRECTOR} made a {one(_PRAISE)} {one(_WORKS)} {one(_FILLERS)}",
        f"{one(_PRAISE)} {one(_WORKS)} and {one(_WORKS)} {_DIRECTOR}",
    )
    return one(forms)


STANDIN_TWEETS = TextDataset(
    name="standin-tweets", class_names=("negative", "positive"), build=tweets, words=101
)
STANDIN_LINES = EdgeSet(
    name="standin-lines",
    source_class=1,
    target_class=0,
    raw_class=1,
    build=lines,
    arrays=LINE_ARRAYS,
)
