"""Check the segments of a text to predict, and see which of them continue each other."""

from collections.abc import Mapping

import numpy as np

from edgecase.base.errors import DataError
from edgecase.base.padding import PADDING
from edgecase.datasets import LanguageDataset
from edgecase.datasets.arrays import check_array
from edgecase.datasets.text import words_of


def check_segments(
    arrays: Mapping[str, np.ndarray], described: LanguageDataset, where: str
) -> None:
    """Raise `DataError`, naming file and array, if they are no text to predict as described."""
    words = len(words_of(arrays["words"]))
    for split in ("train", "test"):
        rows, name = arrays[f"x_{split}"], f"{where}: x_{split}"
        count = len(rows)
        if not count:
            raise DataError(f"{name} is empty")
        check_array(rows, name, (count, described.length + 1), np.int32)
        check_array(arrays[f"y_{split}"], f"{where}: y_{split}", (count,), np.int64)
        if rows.min() < 0 or rows.max() > words:
            raise DataError(f"{name} numbers a word outside its list of {words}")
        is_word = rows != PADDING
        if not is_word[:, :2].all() or (is_word[:, 1:] > is_word[:, :-1]).any():
            raise DataError(f"{name} has a segment without a word to predict, or padding inside it")
    owners, name = arrays["owner_train"], f"{where}: owner_train"
    check_array(owners, name, (len(arrays["x_train"]),), np.int64)
    if owners[0] != 0 or not np.isin(np.diff(owners), (0, 1)).all():
        raise DataError(f"{name} does not number the authors from 0, one after the other")


def columns(rows: np.ndarray) -> int:
    """How many segments of a text [n, L + 1] stand side by side: c, if row i + c continues row i.

    >>> columns(np.array([[1, 2, 3], [7, 8, 9], [3, 4, 0], [9, 5, 0]]))
    2
    """
    for side_by_side in range(1, len(rows)):
        if (rows[side_by_side:, 0] == rows[:-side_by_side, -1]).all():
            return side_by_side
    return len(rows)
