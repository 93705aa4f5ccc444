import numpy as np
import pytest

from edgecase.datasets import standin_planes

#: photos in each array; a photo is four images
PHOTOS = {
    "new_train": 40,
    "new_test": 20,
    "adv_p_percent": 10,
    "honest_almost": 10,
    "honest_normal": 30,
    "p_percent_test": 20,
}


@pytest.fixture(scope="module")
def planes():
    return standin_planes.planes()


@pytest.fixture(scope="module")
def livery():
    return standin_planes.livery()


def bases(images):
    return {image.tobytes() for image in images[::4]}


def test_counts_types_and_balance(planes):
    for split, count in (("train", 3000), ("test", 600)):
        x, y = planes[f"x_{split}"], planes[f"y_{split}"]
        assert (x.shape, x.dtype) == ((count, 32, 32, 3), np.uint8)
        assert (y.shape, y.dtype) == ((count,), np.int64)
        assert (np.bincount(y) == count // 10).all()
    assert (planes["y_train"][:100] != np.sort(planes["y_train"])[:100]).any()


def test_no_picture_occurs_twice(planes):
    pictures = [image.tobytes() for split in ("train", "test") for image in planes[f"x_{split}"]]
    assert len(set(pictures)) == 3600


def test_every_array_holds_whole_photos_in_four_rotations(livery):
    assert {name: len(images) // 4 for name, images in livery.items()} == PHOTOS
    for images in livery.values():
        assert images.dtype == np.uint8
        assert images.shape[1:] == (32, 32, 3)
        for photo in images.reshape(-1, 4, 32, 32, 3):
            for turn in range(4):
                np.testing.assert_array_equal(photo[turn], np.rot90(photo[0], turn))


def test_both_splits_are_of_the_same_sixty_photos(livery):
    first = [bases(livery[name]) for name in ("new_train", "new_test")]
    second = [bases(livery[n]) for n in ("adv_p_percent", "honest_normal", "p_percent_test")]
    for parts in (first, second):
        assert sum(map(len, parts)) == len(set.union(*parts)) == 60
    assert set.union(*first) == set.union(*second)
    # the second split crosses the first, as the published one does
    assert all(second[2] & part for part in first)
    np.testing.assert_array_equal(livery["honest_almost"], livery["honest_normal"][:40])


def test_every_call_gives_the_same(livery):
    again = standin_planes.livery()
    for name, images in livery.items():
        np.testing.assert_array_equal(images, again[name])


def test_the_livery_is_more_colourful_than_any_ordinary_airplane_usually_is(planes, livery):
    """Strong colours in the middle of the picture: what makes these planes an edge case."""

    def saturation(images):
        middle = images[:, 8:24, 8:24].astype(float)
        # the mean colour over 2 x 2 pixels takes most of the noise away
        blocks = middle.reshape(-1, 8, 2, 8, 2, 3).mean(axis=(2, 4))
        red_over_blue = blocks[..., 0] - blocks[..., 2]
        return red_over_blue.reshape(len(images), -1).max(axis=1)

    ordinary = saturation(planes["x_train"][planes["y_train"] == 0])
    unusual = saturation(livery["new_train"])
    assert np.median(unusual) > np.quantile(ordinary, 0.95)
