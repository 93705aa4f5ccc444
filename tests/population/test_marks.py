"""The images of a mark: which, in what shape, under which labels, and none of the task's."""

import numpy as np
import pytest

from edgecase.base.errors import DataError
from edgecase.population.marks import check_apart, fitted, mark_images


def images(count=30, side=4, channels=1, seed=0):
    shape = (count, side, side, channels)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def test_each_once_and_as_many_of_each_class():
    source = images()
    found = mark_images("elsewhere", source, (4, 4, 1), 23, 5, seed=3)
    rows = [next(i for i, own in enumerate(source) if (own == image).all()) for image in found[0]]
    assert len(set(rows)) == 23
    assert sorted(np.bincount(found.labels).tolist()) == [4, 4, 5, 5, 5]
    again = mark_images("elsewhere", source, (4, 4, 1), 23, 5, seed=3)
    assert all(np.array_equal(a, b) for a, b in zip(found, again, strict=True))
    other = mark_images("elsewhere", source, (4, 4, 1), 23, 5, seed=4)
    assert not np.array_equal(found.labels, other.labels)


def test_shapes_by_hand():
    grey = images(2, 3)
    wide = fitted(grey, (6, 5, 3))
    assert wide.shape == (2, 6, 5, 3)
    assert np.array_equal(wide[:, 1:4, 1:4], np.repeat(grey, 3, axis=3))
    assert int(wide.sum(dtype=int)) == 3 * int(grey.sum(dtype=int))
    colour = images(2, 6, 3)
    assert np.array_equal(fitted(colour, (4, 3, 1)), colour[:, 1:5, 1:4, :1])
    assert np.array_equal(fitted(colour, (6, 6, 3)), colour)


def test_too_few_and_shared():
    source = images(channels=3)
    with pytest.raises(DataError, match="elsewhere: has 30 training images; the mark takes 31"):
        mark_images("elsewhere", source, (4, 4, 3), 31, 5, seed=0)
    drawn = mark_images("elsewhere", source, (4, 4, 3), 10, 5, seed=0)
    check_apart("elsewhere", drawn, {"clients' images": images(channels=3, seed=1)})
    held = np.concatenate([images(channels=3, seed=1), drawn.images[4:6]])
    with pytest.raises(DataError, match="elsewhere: 2 of the clean test images are among its"):
        check_apart(
            "elsewhere", drawn, {"clients' images": images(seed=1), "clean test images": held}
        )
