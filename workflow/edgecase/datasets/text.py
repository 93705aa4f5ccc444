"""Keep words and lines of words as arrays of UTF-8 bytes.

>>> words_of(from_words(["good", "day"]))
['good', 'day']
>>> lines_of(from_lines([["good", "day"], ["why"]]))
[['good', 'day'], ['why']]
"""

from collections.abc import Iterable

import numpy as np


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
