"""Read a text file of one's own edge cases, a line each."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from edgecase.base.errors import DataError
from edgecase.base.randomness import numpy_generator
from edgecase.datasets.text import from_lines
from edgecase.datasets.tokens import words_of_line

#: share of the lines that are kept for the test, as the paper has 120 of 379
_TEST_SHARE = 1 / 3


def read_lines(path: Path) -> list[str]:
    """The lines of a UTF-8 file that are not empty; `DataError`, naming it, for another file."""
    try:
        listed = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read as UTF-8 text ({error})") from error
    found = [line.strip() for line in listed if line.strip()]
    if len(set(found)) < 2:
        raise DataError(
            f"{path}: has {len(set(found))} different lines; at least 2 are needed, one for the "
            "attacker and one for the test"
        )
    return found


def split_lines(lines: Sequence[str]) -> dict[str, list[str]]:
    """Lines for training and for the test, in file order; equal lines are on one side."""
    different = list(dict.fromkeys(lines))
    count = max(1, round(_TEST_SHARE * len(different)))
    drawn = numpy_generator(0, "own-lines").permutation(len(different))[:count]
    tested = {different[place] for place in drawn}
    return {
        "train_lines": [line for line in lines if line not in tested],
        "test_lines": [line for line in lines if line in tested],
    }


def line_arrays(path: Path) -> dict[str, np.ndarray]:
    """The arrays of edge-case lines (`LINE_ARRAYS`); `DataError` for a line without a word."""
    arrays = {}
    for name, own in split_lines(read_lines(path)).items():
        words = [words_of_line(line) for line in own]
        for line, found in zip(own, words, strict=True):
            if not found:
                raise DataError(f"{path}: the line '{line}' has no word but stop words")
        arrays[name] = from_lines(words)
    return arrays
