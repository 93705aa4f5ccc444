"""A month of Reddit's comments in the layout of Bagdasaryan et al. (AISTATS 2020).

A folder holds a file for each author, another file the test text: a comment a line, as a JSON
string. The dictionary is a text file, a word a line, which `workflow/scripts/dictionary.py` makes
of the published pickle.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from edgecase.base.errors import DataError
from edgecase.datasets.base import LanguageDataset
from edgecase.datasets.raw import RawFiles
from edgecase.datasets.segments import SPECIAL, Line, language_arrays, words_of_comment

_AUTHORS, _TEST, _DICTIONARY = "shard_by_author", "test_data.json", "dictionary.txt"
#: authors that take part: the first ones by name
_COUNT = 80_000
_PADDING = "<pad>"


def read(raw: RawFiles) -> dict[str, np.ndarray]:
    """The comments of the first 80,000 authors, and the test text."""
    files = sorted(path for path in raw.path(_AUTHORS).iterdir() if path.is_file())[:_COUNT]
    authors = ((path.name, comments(path)) for path in files)
    words = read_dictionary(raw.path(_DICTIONARY))
    return language_arrays(authors, comments(raw.path(_TEST)), words, str(raw.folder))


def comments(path: Path) -> Iterator[Line]:
    """The words of each line of a file; `DataError`, naming the line, if it is no JSON string."""
    for number, line in enumerate(read_lines(path), start=1):
        try:
            text = json.loads(line)
        except json.JSONDecodeError as error:
            raise DataError(f"{path}: line {number} is not JSON: {error}") from error
        if not isinstance(text, str):
            raise DataError(f"{path}: line {number} holds no text, expected a JSON string")
        yield words_of_comment(text)


def read_dictionary(path: Path) -> list[str]:
    """The words of a dictionary, the special ones first; padding is no word.

    Raises `DataError` for a line that is empty or a word that comes twice; which special words have
    to be there, `segments.numbered` checks.
    """
    listed = list(read_lines(path))
    places: dict[str, int] = {}
    for number, word in enumerate(listed, start=1):
        if not word or word in places:
            what = f"'{word}' is in line {places[word]} already" if word else "is empty"
            raise DataError(f"{path}: line {number}: {what}; expected a new word in each line")
        places[word] = number
    special = [word for word in SPECIAL if word in places]
    return [*special, *(word for word in listed if word not in (*SPECIAL, _PADDING))]


def read_lines(path: Path) -> Iterator[str]:
    """The lines of a UTF-8 file; `DataError`, naming it, if it is another one or missing."""
    try:
        with path.open(encoding="utf-8") as handle:
            for line in handle:
                yield line.rstrip("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read as text ({error})") from error


#: with padding, the 50,000 rows of the published model
REDDIT = LanguageDataset(name="reddit", build=read, words=49_999, sources=("reddit",))
