"""Keep words and lines of words as arrays: of UTF-8 bytes, or of numbers in a matrix.

>>> words_of(from_words(["good", "day"]))
['good', 'day']
>>> lines_of(from_lines([["good", "day"], ["why"]]))
[['good', 'day'], ['why']]
"""

from collections.abc import Iterable

import numpy as np

from edgecase.base.padding import PADDING


def from_words(words: Iterable[str]) -> np.ndarray:
    """uint8 [bytes]: the words, one a line."""
    return np.frombuffer("\n".join(words).encode(), dtype=np.uint8)


def words_of(array: np.ndarray) -> list[str]:
    """The inverse of `from_words`: word number i + 1 at place i."""
    text = array.tobytes().decode()
    return text.split("\n") if text else []


def from_lines(lines: Iterable[Iterable[str]]) -> np.ndarray:
    """uint8 [bytes]: the lines, with a space between two words."""
    return from_words(" ".join(line) for line in lines)


def lines_of(array: np.ndarray) -> list[list[str]]:
    """The inverse of `from_lines`."""
    return [line.split(" ") for line in words_of(array)]


def padded(tokens: np.ndarray, offsets: np.ndarray, length: int, padding: str) -> np.ndarray:
    """Sentence i, `tokens[offsets[i]:offsets[i + 1]]`, as row i of an int32 [N, `length`].

    Padding fills it up: on the right ("masked"), or on the left ("left100", as published).

    >>> padded(np.array([5, 6, 7]), np.array([0, 1, 3]), 3, "masked")
    array([[5, 0, 0],
           [6, 7, 0]], dtype=int32)
    >>> padded(np.array([5, 6, 7]), np.array([0, 1, 3]), 3, "left100")
    array([[0, 0, 5],
           [0, 6, 7]], dtype=int32)
    """
    sizes = np.diff(offsets)
    rows = np.repeat(np.arange(len(sizes)), sizes)
    places = np.arange(len(tokens)) - np.repeat(offsets[:-1], sizes)
    if padding == "left100":
        places += np.repeat(length - sizes, sizes)
    matrix = np.full((len(sizes), length), PADDING, dtype=np.int32)
    matrix[rows, places] = tokens
    return matrix
