"""The text of Sentiment140's tweets, to be predicted word by word in the place of Reddit's."""

from collections.abc import Iterable, Iterator

import numpy as np

from edgecase.base.randomness import numpy_generator
from edgecase.datasets.authors import from_authors
from edgecase.datasets.base import LanguageDataset
from edgecase.datasets.cleaning import clean
from edgecase.datasets.raw import RawFiles
from edgecase.datasets.segments import Line, words_of_comment
from edgecase.datasets.sentiment140 import TRAIN, read_rows, subset

#: words of a made-up author
_CHUNK = 4000
#: words of the dictionary
_SIZE = 5000


def read(raw: RawFiles) -> dict[str, np.ndarray]:
    """The subset's tweets in random order, every 4,000 words of them an author's."""
    texts = list(dict.fromkeys(text for _, text in subset(raw)))
    lines = [words_of_comment(clean(text)) for text in texts]
    order = numpy_generator(0, "words").permutation(len(lines))
    chunks = chunked((lines[row] for row in order if lines[row]), _CHUNK)
    authors = {f"chunk{number}": own for number, own in enumerate(chunks)}
    return from_authors(authors, _SIZE, str(raw.folder))


def read_users(raw: RawFiles) -> dict[str, np.ndarray]:
    """The tweets of all 1.6 million by their users, in file order."""
    authors: dict[str, list[Line]] = {}
    for _, row in read_rows(raw, TRAIN):
        if line := words_of_comment(clean(row[5])):
            authors.setdefault(row[4].strip(), []).append(line)
    return from_authors(authors, _SIZE, str(raw.path(TRAIN)))


def chunked(lines: Iterable[Line], size: int) -> Iterator[list[Line]]:
    """Lines one after the other in chunks that end with the line that brings them to `size` words.

    The last lines, too few for a chunk, are left out.

    >>> list(chunked([["a", "b"], ["c"], ["d"], ["e", "f"], ["g"]], 2))
    [[['a', 'b']], [['c'], ['d']], [['e', 'f']]]
    """
    chunk: list[Line] = []
    words = 0
    for line in lines:
        chunk.append(line)
        words += len(line)
        if words >= size:
            yield chunk
            chunk, words = [], 0


SENTIMENT140_WORDS = LanguageDataset(
    name="sentiment140-words", build=read, words=_SIZE, sources=("sentiment140subset",)
)
SENTIMENT140_USERS = LanguageDataset(
    name="sentiment140-users", build=read_users, words=_SIZE, sources=("sentiment140",)
)
