"""Reddit's comments as the benchmark LEAF has them (Caldas et al. 2018).

Folders `train` and `test` hold JSON files; `user_data` of one says of each user, under `x`, the
comments, and of each comment its words in pieces of ten, filled up with `<PAD>`.
"""

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np

from edgecase.base.errors import DataError, shown
from edgecase.datasets.authors import dictionary, enough
from edgecase.datasets.base import LanguageDataset
from edgecase.datasets.raw import RawFiles
from edgecase.datasets.segments import Line, language_arrays, words_of_comment

#: words of the dictionary, as in LEAF
_SIZE = 10_000


def read(raw: RawFiles) -> dict[str, np.ndarray]:
    """The users of the training files with enough words; the test files, user after user."""
    authors = enough(dict(_users(raw.path("train"))))
    test = chain.from_iterable(lines for _, lines in _users(raw.path("test")))
    words = dictionary(authors, _SIZE)
    return language_arrays(authors.items(), test, words, str(raw.folder))


def _users(folder: Path) -> Iterator[tuple[str, list[Line]]]:
    """Each user of the JSON files of a folder, with its comments."""
    files = sorted(folder.glob("*.json"))
    if not files:
        raise DataError(f"{folder}: holds no file *.json")
    for path in files:
        try:
            users = json.loads(path.read_text(encoding="utf-8"))["user_data"]
            for user, data in users.items():
                yield user, [_words(pieces) for pieces in data["x"]]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DataError(
                f"{path}: is not as LEAF writes it, expected user_data → user → x → comments → "
                f"pieces of words ({type(error).__name__}: {error})"
            ) from error


def _words(pieces: list[list[str]]) -> Line:
    if not all(isinstance(piece, list) for piece in pieces):
        raise TypeError(f"a comment is {shown(pieces)}")
    # The letters that <BOS>, <EOS> and <PAD> begin with are none.
    return words_of_comment(" ".join(chain(*pieces)))


REDDIT_LEAF = LanguageDataset(name="reddit-leaf", build=read, words=_SIZE, sources=("redditleaf",))
