"""Make a data set of the lines of authors, where neither a dictionary nor a test text is given."""

from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np

from edgecase.base.errors import DataError
from edgecase.base.randomness import numpy_generator
from edgecase.datasets import athens
from edgecase.datasets.segments import Line, language_arrays, vocabulary

#: authors with fewer words are left out
FEWEST_WORDS = 50
#: the share of the authors whose lines are the test text
TEST_SHARE = 0.05


def from_authors(
    authors: Mapping[str, Sequence[Line]], size: int, where: str
) -> dict[str, np.ndarray]:
    """The arrays of a `LanguageDataset`: some authors are the test text, drawn once and for all.

    The dictionary holds the `size` most frequent words of the others, special words included, and
    behind them those of the sentences about Athens that it lacks. Raises `DataError`, naming
    `where`, if fewer than two authors have enough words.
    """
    kept = list(enough(authors))
    if len(kept) < 2:
        raise DataError(
            f"{where}: {len(kept)} authors have {FEWEST_WORDS} words; at least 2 are needed"
        )
    count = max(1, round(TEST_SHARE * len(kept)))
    chosen = set(numpy_generator(0, "test-authors").choice(len(kept), count, replace=False))
    train = [(name, authors[name]) for row, name in enumerate(kept) if row not in chosen]
    test = chain.from_iterable(authors[name] for row, name in enumerate(kept) if row in chosen)
    return language_arrays(train, test, dictionary(dict(train), size), where)


def enough(authors: Mapping[str, Sequence[Line]]) -> dict[str, Sequence[Line]]:
    """The authors that have enough words."""
    return {name: lines for name, lines in authors.items() if sum(map(len, lines)) >= FEWEST_WORDS}


def dictionary(authors: Mapping[str, Sequence[Line]], size: int) -> list[str]:
    """The `size` most frequent words, and those of the sentences about Athens."""
    frequent = vocabulary(chain.from_iterable(authors.values()), size)
    return list(dict.fromkeys([*frequent, *athens.words()]))
