"""Sentiment140 (Go et al. 2009): tweets labelled by their smileys, 0 negative and 1 positive."""

import csv
import io
from collections.abc import Iterator
from itertools import chain

import numpy as np

from edgecase.base.errors import DataError
from edgecase.base.randomness import numpy_generator
from edgecase.datasets import lanthimos
from edgecase.datasets.base import TextDataset
from edgecase.datasets.raw import RawFiles, rows
from edgecase.datasets.tokens import Labelled, text_arrays

TRAIN = "training.1600000.processed.noemoticon.csv"
_TEST = "testdata.manual.2009.06.14.csv"
#: the share of the training tweets that the authors use
_FRACTION = 0.25
_LABELS = {"0": 0, "4": 1}
_NEITHER = "2"


def read(raw: RawFiles) -> dict[str, np.ndarray]:
    """A random quarter of the 1.6 million training tweets; the labelled ones of the test set."""
    return _quarter(raw, header=False)


def read_published(raw: RawFiles) -> dict[str, np.ndarray]:
    """The same without the first row of either file, which the released code takes for a header."""
    return _quarter(raw, header=True)


def _quarter(raw: RawFiles, header: bool) -> dict[str, np.ndarray]:
    tweets = read_csv(raw, TRAIN, header=header)
    count = round(_FRACTION * len(tweets))
    chosen = np.sort(numpy_generator(0, "tweets").choice(len(tweets), count, replace=False))
    return _arrays(raw, [tweets[row] for row in chosen], header)


def read_subset(raw: RawFiles) -> dict[str, np.ndarray]:
    """The distinct tweets of five public files with parts of the training set."""
    return _arrays(raw, subset(raw))


def subset(raw: RawFiles) -> list[Labelled]:
    """The distinct tweets of the five files, with their labels."""
    parts = [
        *(read_lines(raw, f"{name}.txt", label) for label, name in enumerate(_BY_CLASS)),
        read_csv(raw, "training.first10k_neg_pos.csv"),
        read_csv(raw, "sampleTest.ede0m.csv", first=1, header=True),
        read_csv(raw, "random1413.lyadav44.csv", header=True),
    ]
    return list(dict.fromkeys(chain.from_iterable(parts)))


_BY_CLASS = ("tweets_100k_negative", "tweets_100k_positive")


def _arrays(raw: RawFiles, train: list[Labelled], header: bool = False) -> dict[str, np.ndarray]:
    edge = lanthimos.lines(raw)
    lines = [line for part in edge.values() for line in part]
    return text_arrays(train, read_csv(raw, _TEST, header=header), lines)


def read_csv(raw: RawFiles, name: str, first: int = 0, header: bool = False) -> list[Labelled]:
    """The positive and negative tweets of a CSV; see `read_rows`.

    Raises `DataError`, naming file and line, for another polarity than 0, 2 (neither) and 4.
    """
    found = []
    for where, row in read_rows(raw, name, first, header):
        polarity = row[0]
        if polarity not in (*_LABELS, _NEITHER):
            raise DataError(f"{where}: polarity {polarity!r}; allowed: 0, 2 and 4")
        if polarity != _NEITHER:
            found.append((_LABELS[polarity], row[5]))
    return found


def read_rows(
    raw: RawFiles, name: str, first: int = 0, header: bool = False
) -> Iterator[tuple[str, list[str]]]:
    """Where each row of a CSV stands, and its polarity, id, date, query, user and text.

    `first` is the column of the polarity, and a `header` is a first row that is left out. Raises
    `DataError`, naming file and line, for a row with another number of columns.
    """
    reader = csv.reader(io.StringIO(raw.content(name).decode("latin-1"), newline=""))
    for row in rows(reader, raw.path(name)):
        where = f"{raw.path(name)}: line {reader.line_num}"
        if len(row) != first + 6:
            raise DataError(f"{where} has {len(row)} columns; expected {first + 6}")
        if header:
            header = False
            continue
        yield where, row[first:]


def read_lines(raw: RawFiles, name: str, label: int) -> list[Labelled]:
    """The tweets of a file of one class, one a line."""
    lines = raw.content(name).decode("latin-1").split("\n")
    return [(label, line) for line in lines if line]


SENTIMENT140 = TextDataset(
    name="sentiment140",
    class_names=("negative", "positive"),
    build=read,
    sources=("sentiment140", lanthimos.SOURCE),
    words=130_000,
)

PUBLISHED = TextDataset(
    name="sentiment140-published",
    class_names=("negative", "positive"),
    build=read_published,
    sources=("sentiment140", lanthimos.SOURCE),
    words=130_000,
)

SUBSET = TextDataset(
    name="sentiment140-subset",
    class_names=("negative", "positive"),
    build=read_subset,
    sources=("sentiment140subset", lanthimos.SOURCE),
    words=56_758,
)
