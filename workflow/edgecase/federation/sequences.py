"""Check that arrays are sentences of different lengths, with their labels."""

from collections.abc import Mapping

import numpy as np

from edgecase.base.errors import DataError
from edgecase.datasets import TextDataset
from edgecase.datasets.arrays import check_array, check_labels
from edgecase.datasets.text import words_of


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
