"""Draw the images that a server marks its model with, from a data set that is not the task's."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from edgecase.base.errors import DataError
from edgecase.base.randomness import numpy_generator


class MarkedImages(NamedTuple):
    """Images uint8 [n, H, W, C] and the classes int64 [n] that they are called."""

    images: np.ndarray
    labels: np.ndarray


def mark_images(
    name: str,
    source: np.ndarray,
    shape: tuple[int, int, int],
    count: int,
    num_classes: int,
    seed: int,
) -> MarkedImages:
    """`count` images of `source` uint8 [N, H, W, C], the data set called `name`, in the task's
    `shape`, with labels at random of which each class has as many, or one more or less.

    Raises `DataError` if there are not so many.
    """
    if count > len(source):
        raise DataError(f"{name}: has {len(source)} training images; the mark takes {count}")
    generator = numpy_generator(seed, "mark")
    rows = np.sort(generator.choice(len(source), count, replace=False))
    labels = generator.permutation(np.arange(count) % num_classes)
    return MarkedImages(fitted(source[rows], shape), labels)


def fitted(images: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
    """Images [n, H, W, C] in another `shape`: cut or filled with zeros around their middle, one
    channel thrice, or the first of three."""
    height, width, channels = shape
    for axis, size in ((1, height), (2, width)):
        have = images.shape[axis]
        first = max(0, have - size) // 2
        images = images.take(range(first, first + min(have, size)), axis=axis)
        before = max(0, size - have) // 2
        edges = [(0, 0)] * images.ndim
        edges[axis] = (before, size - images.shape[axis] - before)
        images = np.pad(images, edges)
    if images.shape[3] != channels:
        images = np.repeat(images[..., :1], channels, axis=3)
    return images


def check_apart(name: str, marked: MarkedImages, others: Mapping[str, np.ndarray]) -> None:
    """Raise `DataError` if one of the images is also in an array of `others`, by what it holds."""
    own = {image.tobytes() for image in marked.images}
    for what, images in others.items():
        shared = sum(image.tobytes() in own for image in images)
        if shared:
            raise DataError(
                f"{name}: {shared} of the {what} are among its images that mark the model; "
                "allowed: a data set without any of the task's images"
            )
