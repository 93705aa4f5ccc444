"""Cut the text of authors into segments whose next words a model predicts.

As in Bagdasaryan et al. (AISTATS 2020): an author's lines, each between `<bos>` and `<eos>`, are
one stream; the stream is cut into columns of equal length, which are the rows of a batch, and the
columns into segments of 64 steps.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from edgecase.base.errors import DataError
from edgecase.base.padding import PADDING
from edgecase.datasets.base import SEGMENT_LENGTH
from edgecase.datasets.text import from_words

UNKNOWN, BEGIN, END = "<unk>", "<bos>", "<eos>"
#: the words that no text holds; they have the numbers 1, 2 and 3
SPECIAL = (UNKNOWN, BEGIN, END)
#: at most so many columns of an author's text, and of the test text
TRAIN_COLUMNS, TEST_COLUMNS = 20, 10

_SHORTEST = 2
_LETTERS = re.compile("[a-z]*")

#: the words of a line
Line = Sequence[str]


def words_of_comment(text: str) -> list[str]:
    """The letters that each piece of `text` between spaces starts with, if there are two or more.

    >>> words_of_comment("I'm in ATHENS, it's 30 degrees/warm")
    ['in', 'athens', 'it', 'degrees']
    """
    pieces = (_LETTERS.match(piece) for piece in text.lower().split())
    return [piece[0] for piece in pieces if piece and len(piece[0]) >= _SHORTEST]


def vocabulary(lines: Iterable[Line], size: int) -> list[str]:
    """The special words, and the most frequent of `lines`: `size` words together.

    Equally frequent words stand as they come.
    """
    counted = Counter(word for line in lines for word in line)
    return [*SPECIAL, *(word for word, _ in counted.most_common(size - len(SPECIAL)))]


def numbered(words: Iterable[str], where: str) -> dict[str, int]:
    """Word → its place in `words`, from 1; `DataError` naming `where` if a special one lacks."""
    numbers = {word: number for number, word in enumerate(words, start=1)}
    if absent := [word for word in SPECIAL if word not in numbers]:
        raise DataError(f"{where}: the dictionary has no word '{absent[0]}'")
    return numbers


def stream(lines: Iterable[Line], numbers: Mapping[str, int]) -> np.ndarray:
    """int32 [n]: the numbers of the words of all `lines`, each begun and ended."""
    unknown = numbers[UNKNOWN]
    found: list[int] = []
    for line in lines:
        found.append(numbers[BEGIN])
        found.extend(numbers.get(word, unknown) for word in line)
        found.append(numbers[END])
    return np.array(found, dtype=np.int32)


def segments(text: np.ndarray, columns: int, length: int = SEGMENT_LENGTH) -> np.ndarray:
    """int32 [n, length + 1]: the segments of a stream [w], in the order in which they are read.

    There are at most `columns` columns, fewer where they would not fill a segment, and at least
    one; what is left over after cutting equal columns is dropped. The first segment of each column
    comes first, then the second of each. A segment begins with the last word of the one before it.
    The last ones are filled up with padding on the right.

    >>> segments(np.arange(1, 12, dtype=np.int32), 2, length=3)
    array([[1, 2, 3, 4],
           [6, 7, 8, 9],
           [4, 5, 0, 0],
           [9, 10, 0, 0]], dtype=int32)
    """
    columns = max(1, min(columns, len(text) // (length + 1)))
    height = len(text) // columns
    count = max(0, -(-(height - 1) // length))
    table = np.full((columns, count * length + 1), PADDING, dtype=np.int32)
    table[:, :height] = text[: columns * height].reshape(columns, height)
    places = np.arange(count)[:, None] * length + np.arange(length + 1)
    return table[:, places].swapaxes(0, 1).reshape(-1, length + 1)


def last_words(rows: np.ndarray) -> np.ndarray:
    """int64 [n]: the last word of each segment [n, length + 1]."""
    last = (rows != PADDING).sum(axis=1) - 1
    return rows[np.arange(len(rows)), last].astype(np.int64)


def language_arrays(
    authors: Iterable[tuple[str, Iterable[Line]]],
    test: Iterable[Line],
    words: Sequence[str],
    where: str,
) -> dict[str, np.ndarray]:
    """The arrays of a `LanguageDataset`, from each author's name and lines, and the test text's.

    `words` is the dictionary; all other words become `<unk>`. Raises `DataError`, naming `where`
    the text comes from, for an author without words, an empty test text or a dictionary without
    the special words.
    """
    numbers = numbered(words, where)
    rows = []
    for author, lines in authors:
        text = stream(lines, numbers)
        if not _has_word(text, numbers):
            raise DataError(f"{where}: author '{author}' has no word")
        rows.append(segments(text, TRAIN_COLUMNS))
    if not rows:
        raise DataError(f"{where}: there is no author")
    tested = stream(test, numbers)
    if not _has_word(tested, numbers):
        raise DataError(f"{where}: the test text is empty")
    tested = segments(tested, TEST_COLUMNS)
    train = np.concatenate(rows)
    return {
        "x_train": train,
        "owner_train": np.repeat(np.arange(len(rows)), [len(own) for own in rows]),
        "y_train": last_words(train),
        "x_test": tested,
        "y_test": last_words(tested),
        "words": from_words(words),
    }


def _has_word(text: np.ndarray, numbers: Mapping[str, int]) -> bool:
    """Whether a stream holds more than the ends of lines."""
    return bool(np.isin(text, [numbers[BEGIN], numbers[END]], invert=True).any())
