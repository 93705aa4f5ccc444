"""Any text with authors, from a CSV of the user's own with the columns `author` and `text`."""

import csv

import numpy as np

from edgecase.base.errors import DataError
from edgecase.datasets.authors import from_authors
from edgecase.datasets.base import LanguageDataset
from edgecase.datasets.raw import RawFiles, rows
from edgecase.datasets.segments import Line, words_of_comment

_FILE = "comments.csv"
_COLUMNS = ["author", "text"]
#: words of the dictionary
_SIZE = 10_000


def read(raw: RawFiles) -> dict[str, np.ndarray]:
    """The lines of each author, in file order. A byte order mark before them is skipped.

    Raises `DataError`, naming file and line, for another header or a row of more or fewer columns.
    """
    path = raw.path(_FILE)
    authors: dict[str, list[Line]] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.reader(handle)
            header = next(rows(reader, path), [])
            if header != _COLUMNS:
                raise DataError(f"{path}: line 1 is {','.join(header)}; expected author,text")
            for row in rows(reader, path):
                if len(row) != len(_COLUMNS):
                    raise DataError(
                        f"{path}: line {reader.line_num} has {len(row)} columns; expected 2"
                    )
                if line := words_of_comment(row[1]):
                    authors.setdefault(row[0], []).append(line)
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read as CSV in UTF-8 ({error})") from error
    return from_authors(authors, _SIZE, str(path))


COMMENTS = LanguageDataset(name="comments", build=read, words=_SIZE, sources=("comments",))
