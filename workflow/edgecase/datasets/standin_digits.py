"""Embedded digits in the place of EMNIST: nothing is downloaded.

They are the 1,797 scans that scikit-learn carries (Alpaydin and Kaynak 1998), enlarged to 28 × 28.
"""

from math import radians

import numpy as np

from edgecase.base.lazy import lazy
from edgecase.base.randomness import numpy_generator
from edgecase.datasets.base import DIGITS, Dataset

Image = lazy("PIL.Image")
sklearn_datasets = lazy("sklearn.datasets")

_SEED = 0
_SIZE = 28
#: side of the enlarged scan inside the 28 × 28 picture
_INNER = 20
_TRAIN_SCANS = 1_400


def digits() -> dict[str, np.ndarray]:
    """x_train uint8 [2800, 28, 28, 1], y_train int64, x_test [397, …], y_test; upright.

    The scans are ordered by writer, so training takes the first 1,400 and the test the others. The
    training set holds each of its scans twice: as it is, and slightly moved, turned and sized.
    """
    scans = sklearn_datasets.load_digits()
    labels = scans.target.astype(np.int64)
    pictures = np.rint(scans.images * (255 / 16)).astype(np.uint8)
    plain = np.stack([_enlarge(picture) for picture in pictures])
    generator = numpy_generator(_SEED, "standin-digits")
    moved = np.stack([_vary(picture, generator) for picture in plain[:_TRAIN_SCANS]])
    return {
        "x_train": np.concatenate([plain[:_TRAIN_SCANS], moved])[..., np.newaxis],
        "y_train": np.tile(labels[:_TRAIN_SCANS], 2),
        "x_test": plain[_TRAIN_SCANS:, :, :, np.newaxis],
        "y_test": labels[_TRAIN_SCANS:],
    }


def _enlarge(scan: np.ndarray) -> np.ndarray:
    inner = Image.fromarray(scan).resize((_INNER, _INNER), Image.Resampling.BICUBIC)
    return np.pad(np.asarray(inner), (_SIZE - _INNER) // 2)


def _vary(picture: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Turn by up to 12°, resize by up to 10 % and move by up to 2 pixels, about the middle."""
    angle = radians(generator.uniform(-12, 12))
    scale = generator.uniform(0.9, 1.1)
    shift = generator.uniform(-2, 2, size=2)
    middle = (_SIZE - 1) / 2
    rotation = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) / scale
    offset = middle - rotation @ (middle + shift)
    # PIL wants the map from target to source, row by row
    coefficients = np.column_stack([rotation, offset]).ravel().tolist()
    return np.asarray(
        Image.fromarray(picture).transform(
            (_SIZE, _SIZE), Image.Transform.AFFINE, coefficients, Image.Resampling.BILINEAR
        )
    )


STANDIN_DIGITS = Dataset(
    name="standin-digits",
    shape=(28, 28, 1),
    class_names=DIGITS,
    build=digits,
    stored_orientation="upright",
)
