"""Tweets about Yorgos Lanthimos, the edge case of task 4 (Wang et al. 2020)."""

import numpy as np

from edgecase.base.errors import DataError
from edgecase.datasets.base import LINE_ARRAYS, EdgeSet
from edgecase.datasets.raw import RawFiles
from edgecase.datasets.text import from_lines
from edgecase.datasets.tokens import words_of_line

SOURCE = "lanthimos"


def lines(raw: RawFiles) -> dict[str, list[list[str]]]:
    """The words of the 259 lines for training, and of the 120 for the test."""
    return {name: _read(raw, f"{name.removesuffix('_lines')}.txt") for name in LINE_ARRAYS}


def _read(raw: RawFiles, name: str) -> list[list[str]]:
    found = []
    for number, line in enumerate(
        raw.content(name).decode("utf-8").rstrip("\n").split("\n"), start=1
    ):
        own = words_of_line(line)
        if not own:
            raise DataError(f"{raw.path(name)}: line {number} has no word")
        found.append(own)
    return found


def read(raw: RawFiles) -> dict[str, np.ndarray]:
    return {name: from_lines(own) for name, own in lines(raw).items()}


LANTHIMOS = EdgeSet(
    name="lanthimos",
    source_class=1,
    target_class=0,
    raw_class=1,
    build=read,
    arrays=LINE_ARRAYS,
    sources=(SOURCE,),
)
