"""Hold FEMNIST's images by their writers, upright and with ink 255, from either of its formats."""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from edgecase.base.errors import DataError
from edgecase.datasets.base import DIGITS

#: the arrays of images by writer: those of a data set, and whose each training image is.
WRITER_ARRAYS = ("x_train", "owner_train", "y_train", "x_test", "y_test")
#: 0 to 61: digits, capitals, small letters.
CHARACTERS = (*DIGITS, *string.ascii_uppercase, *string.ascii_lowercase)
SHAPE = (28, 28, 1)
#: the paper's file has the background 1.0; ink at the border of a whole file means the opposite.
_DARK_BORDER = 0.1


class Written(NamedTuple):
    """Images uint8 [n, 28, 28, 1] of one writer, and their characters int64 [n]."""

    images: np.ndarray
    characters: np.ndarray


def written(pixels: np.ndarray, characters: np.ndarray, where: str) -> Written:
    """What a writer wrote, from `pixels` [n, 28, 28] or [n, 784] whose background is 1.0.

    Raises `DataError`, saying `where`, for other shapes, numbers outside 0 to 1 or characters
    outside 0 to 61.
    """
    pixels = np.asarray(pixels, dtype=np.float32)
    characters = np.asarray(characters)
    count = len(characters)
    if not count and not pixels.size:
        pixels = pixels.reshape(0, 784)
    if pixels.shape not in ((count, 28, 28), (count, 784)):
        raise DataError(
            f"{where}: pixels have the shape {list(pixels.shape)} for {count} characters; "
            f"expected [{count}, 28, 28] or [{count}, 784]"
        )
    if not ((pixels >= 0) & (pixels <= 1)).all():
        raise DataError(f"{where}: a pixel is not between 0 and 1")
    if not (np.isin(characters, range(len(CHARACTERS)))).all():
        raise DataError(f"{where}: a character is none of 0 to {len(CHARACTERS) - 1}")
    ink = np.rint(255 * (1 - pixels)).astype(np.uint8).reshape(-1, *SHAPE)
    return Written(ink, characters.astype(np.int64))


def without_doubles(*parts: Written) -> list[Written]:
    """The parts of one writer without images that one before them equals, in any part.

    LEAF's tool gives every writer but the first its first image twice, which a division into
    training and test may part.
    """
    seen: set[bytes] = set()
    found = []
    for part in parts:
        kept = []
        for row, image in enumerate(part.images):
            content = image.tobytes()
            if content not in seen:
                seen.add(content)
                kept.append(row)
        found.append(Written(part.images[kept], part.characters[kept]))
    return found


def writer_arrays(
    training: Mapping[str, Written], test: Iterable[Written], where: str, classes: int
) -> dict[str, np.ndarray]:
    """The arrays of a data set of the first `classes` characters; writers follow by their names.

    Raises `DataError` if a part has no image, or if the border is dark: then the background is 0.
    """
    chosen = {name: _of_classes(training[name], classes) for name in sorted(training)}
    own = [part for part in chosen.values() if len(part.characters)]
    tested = [_of_classes(part, classes) for part in test]
    if not own or not any(len(part.characters) for part in tested):
        raise DataError(f"{where}: training or test has no image of {classes} characters")
    images = np.concatenate([part.images for part in own])
    border = np.ones(SHAPE[:2], dtype=bool)
    border[1:-1, 1:-1] = False
    dark = images[:, border].mean() / 255
    if dark > _DARK_BORDER:
        raise DataError(
            f"{where}: the images' borders have {dark:.0%} of ink; expected a background of 1.0"
        )
    return {
        "x_train": images,
        "owner_train": np.repeat(np.arange(len(own)), [len(part.characters) for part in own]),
        "y_train": np.concatenate([part.characters for part in own]),
        "x_test": np.concatenate([part.images for part in tested]),
        "y_test": np.concatenate([part.characters for part in tested]),
    }


def _of_classes(part: Written, classes: int) -> Written:
    chosen = part.characters < classes
    return Written(part.images[chosen], part.characters[chosen])
