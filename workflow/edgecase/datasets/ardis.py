"""ARDIS dataset IV (Kusetogullari et al. 2019): handwritten digits from Swedish church records."""

from pathlib import Path

import numpy as np

from edgecase.base.errors import DataError
from edgecase.datasets.arrays import check_array


def read(raw: Path, train_count: int = 6_600, test_count: int = 1_000) -> dict[str, np.ndarray]:
    """x_train uint8 [6600, 28, 28, 1], y_train int64 [6600], x_test and y_test [1000]; upright.

    Raises `DataError` naming the file whose text, counts or values are not as published.
    """
    arrays = {}
    for split, count in (("train", train_count), ("test", test_count)):
        arrays[f"x_{split}"] = read_images(raw / f"ARDIS_{split}_2828.csv", count)
        arrays[f"y_{split}"] = read_labels(raw / f"ARDIS_{split}_labels.csv", count)
    return arrays


def read_images(path: Path, count: int) -> np.ndarray:
    """uint8 [count, 28, 28, 1] from `count` lines of 784 whole numbers 0 … 255 as float text."""
    values = check_array(_read_table(path), str(path), (count, 28 * 28), np.float64)
    wrong = ~((values >= 0) & (values <= 255) & (values == np.rint(values)))
    if wrong.any():
        line, column = np.argwhere(wrong)[0]
        raise DataError(
            f"{path}: line {line + 1}, value {column + 1} is {values[line, column]:g}, "
            "expected a whole number from 0 to 255"
        )
    return values.astype(np.uint8).reshape(count, 28, 28, 1)


def read_labels(path: Path, count: int) -> np.ndarray:
    """int64 [count] from `count` one-hot lines of ten numbers; column k stands for digit k."""
    values = check_array(_read_table(path), str(path), (count, 10), np.float64)
    one_hot = np.isin(values, (0, 1)).all(axis=1) & (values.sum(axis=1) == 1)
    if not one_hot.all():
        raise DataError(f"{path}: line {np.argmin(one_hot) + 1} is not one-hot")
    return values.argmax(axis=1)


def _read_table(path: Path) -> np.ndarray:
    try:
        return np.loadtxt(path, dtype=np.float64, ndmin=2)
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: is no table of numbers ({error})") from error
