"""Training and test: sizes by hand, chance by counting, and copies on one side."""

import numpy as np
import pytest
from tests.datasets.photographs.made_up import photo

from edgecase.base.errors import ConfigError, DataError
from edgecase.datasets.duplicates import NEAR_DUPLICATE_RMS
from edgecase.datasets.photographs.copies import first_copies
from edgecase.datasets.photographs.split import by_photo


def generator(seed=0):
    return np.random.default_rng(seed)


def test_share_of_each_class_rounded_and_at_least_one():
    labels = np.repeat([0, 1, 2, 7], [20, 7, 2, 3])
    test = by_photo(np.arange(32), labels, 0.2, generator())
    assert [test[labels == k].sum() for k in (0, 1, 2, 7)] == [4, 1, 1, 1]
    most = by_photo(np.arange(32), labels, 0.9, generator())
    assert [most[labels == k].sum() for k in (0, 1, 2, 7)] == [18, 6, 1, 2]


def test_every_image_is_as_likely_and_seeds_decide():
    labels = np.repeat([0, 1], 6)
    drawn = [by_photo(np.arange(12), labels, 1 / 3, generator(seed)) for seed in range(600)]
    # 200 expected of each, standard deviation 11.5.
    assert (np.abs(np.sum(drawn, axis=0) - 200) < 60).all()
    np.testing.assert_array_equal(drawn[5], by_photo(np.arange(12), labels, 1 / 3, generator(5)))


def test_copies_are_found_as_a_slow_comparison_finds_them():
    rng = generator(1)
    images = np.stack([photo(seed % 40, 40, 40) for seed in range(60)])
    noise = rng.integers(-12, 13, images[40:50].shape)
    images[40:50] = np.clip(images[40:50].astype(int) + noise, 0, 255)
    images[55] = images[55][:, ::-1]
    found = first_copies(images)
    wanted = np.arange(60)
    wanted[40:] = np.arange(20)
    wanted[55] = 55
    np.testing.assert_array_equal(found, wanted)


def test_copies_of_copies_are_one_photo_and_blocks_of_rows_make_no_difference(monkeypatch):
    """Greys in steps that the threshold joins one by one, and one step that it does not."""
    step = int(NEAR_DUPLICATE_RMS)
    greys = np.array([0, 3, 1, 6, 2, 7]) * step
    images = np.repeat(greys, 32 * 32 * 3).reshape(6, 32, 32, 3).astype(np.uint8)
    for rows in (1, 2, 512):
        monkeypatch.setattr("edgecase.datasets.photographs.copies._ROWS", rows)
        assert first_copies(images).tolist() == [0, 0, 0, 3, 0, 3]
    images[1] += 1
    assert first_copies(images).tolist() == [0, 1, 0, 3, 0, 3]


def test_copies_stay_together_also_across_classes():
    photos = np.array([0, 0, 2, 3, 4, 0, 6, 7, 7, 9])
    labels = np.repeat([0, 1], 5)
    for seed in range(50):
        test = by_photo(photos, labels, 0.4, generator(seed))
        for number in (0, 7):
            assert len(set(test[photos == number])) == 1
        for k in (0, 1):
            assert 0 < test[labels == k].sum() <= 4


def test_exact_copies_in_two_classes():
    images = np.stack([photo(seed) for seed in (1, 2, 3, 1, 4, 5)])
    labels = np.repeat([0, 1], 3)
    for seed in range(20):
        test = by_photo(first_copies(images), labels, 0.34, generator(seed))
        assert test[0] == test[3]


def test_photo_with_more_copies_than_the_share_has_images():
    """Both photos of the class have more copies than the one image of the share."""
    test = by_photo(np.array([0, 0, 0, 3, 3]), np.zeros(5, int), 0.2, generator())
    assert test.tolist() == [False, False, False, True, True]


def test_class_without_test_or_training_image_is_named():
    photos = np.array([0, 0, 2, 3, 4])
    with pytest.raises(DataError, match=r"of the class \(images\) ant \(2\), cow \(1\); add"):
        by_photo(photos, np.array([0, 0, 1, 1, 2]), 0.5, generator(), ("ant", "bee", "cow"))


@pytest.mark.parametrize("share", [0, 1, -0.1, 2])
def test_share_that_is_none(share):
    with pytest.raises(ConfigError, match="expected above 0 and below 1"):
        by_photo(np.arange(4), np.zeros(4, int), share, generator())
