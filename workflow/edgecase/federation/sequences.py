"""Lay sentences of different lengths out as one matrix of tokens."""

from collections.abc import Mapping

import numpy as np

from edgecase.base.errors import DataError
from edgecase.base.padding import PADDING
from edgecase.datasets import TextDataset
from edgecase.datasets.arrays import check_array, check_labels
from edgecase.datasets.text import words_of


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


def check_text(arrays: Mapping[str, np.ndarray], described: TextDataset, where: str) -> None:
    """Raise `DataError`, naming file and array, if they are no labelled sentences as described."""
    words = len(words_of(arrays["words"]))
    for split in ("train", "test"):
        labels, tokens, offsets = (arrays[f"{name}_{split}"] for name in ("y", "x", "offsets"))
        if not labels.size:
            raise DataError(f"{where}: y_{split} is empty")
        check_labels(labels, f"{where}: y_{split}", labels.size, described.num_classes)
        check_array(tokens, f"{where}: x_{split}", (tokens.size,), np.int32)
        check_array(offsets, f"{where}: offsets_{split}", (labels.size + 1,), np.int64)
        sizes = np.diff(offsets)
        if offsets[0] != 0 or offsets[-1] != tokens.size or sizes.min() < 1:
            raise DataError(f"{where}: offsets_{split} do not divide x_{split} into sentences")
        if sizes.max() > described.max_length:
            raise DataError(
                f"{where}: x_{split} has a sentence of {sizes.max()} words; allowed: at most "
                f"{described.max_length}"
            )
        if tokens.min() < 1 or tokens.max() > words:
            raise DataError(f"{where}: x_{split} numbers a word outside its list of {words}")
