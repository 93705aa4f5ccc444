"""The pixel distance that finds copies of photos."""

import numpy as np

from edgecase.datasets.duplicates import NEAR_DUPLICATE_RMS, nearest_rms


def test_nearest_rms_is_the_smallest_root_mean_square_difference():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (5, 4, 4, 3), dtype=np.uint8)
    references = rng.integers(0, 256, (7, 4, 4, 3), dtype=np.uint8)
    expected = [
        min(np.sqrt(np.mean((a.astype(float) - b.astype(float)) ** 2)) for b in references)
        for a in images
    ]
    np.testing.assert_allclose(nearest_rms(images, references), expected, rtol=1e-12)


def test_known_distances():
    grey = np.full((1, 32, 32, 3), 100, dtype=np.uint8)
    assert nearest_rms(grey, grey)[0] == 0
    assert nearest_rms(grey, np.concatenate([grey + 50, grey + 9]))[0] == 9
    half = grey.copy()
    half[:, :16] += 20  # half of the pixels differ by 20: sqrt(400 / 2)
    np.testing.assert_allclose(nearest_rms(half, grey), [np.sqrt(200)])
    # The extremes that uint8 arithmetic would wrap round.
    assert nearest_rms(np.zeros_like(grey), np.full_like(grey, 255))[0] == 255


def test_the_limit_lies_between_recompression_and_another_photo():
    rng = np.random.default_rng(1)
    photo = rng.integers(40, 216, (1, 32, 32, 3), dtype=np.uint8)
    again = (photo + rng.integers(-3, 4, photo.shape)).astype(np.uint8)
    moved = np.roll(photo, 3, axis=2)
    assert 0 < nearest_rms(again, photo)[0] < NEAR_DUPLICATE_RMS
    assert nearest_rms(moved, photo)[0] > NEAR_DUPLICATE_RMS
