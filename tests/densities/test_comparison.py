import numpy as np
import pytest
from PIL import Image

from edgecase.densities.comparison import shaped

RNG = np.random.default_rng(5)


def test_digits_become_colour_images_with_a_black_border():
    digits = RNG.integers(0, 256, (4, 28, 28, 1), np.uint8)
    made = shaped(digits, (32, 32, 3))
    assert made.shape == (4, 32, 32, 3)
    assert made.dtype == np.uint8
    for channel in range(3):
        np.testing.assert_array_equal(made[:, 2:30, 2:30, channel], digits[..., 0])
    assert made.sum() == 3 * digits.sum()


def test_colour_images_become_the_grey_of_their_centre():
    images = RNG.integers(0, 256, (4, 32, 32, 3), np.uint8)
    made = shaped(images, (28, 28, 1))
    assert made.shape == (4, 28, 28, 1)
    grey = np.stack([np.asarray(Image.fromarray(image).convert("L")) for image in images])
    # Pillow computes in integers and may round the other way.
    assert np.abs(made[..., 0].astype(int) - grey[:, 2:30, 2:30]).max() <= 1


def test_images_of_that_shape_stay_as_they_are():
    for shape in ((32, 32, 3), (28, 28, 1)):
        images = RNG.integers(0, 256, (2, *shape), np.uint8)
        np.testing.assert_array_equal(shaped(images, shape), images)


@pytest.mark.parametrize(("size", "wanted"), [(5, 8), (8, 5), (4, 5), (5, 4)])
def test_an_odd_pixel_goes_to_the_end(size, wanted):
    image = np.arange(1, size + 1, dtype=np.uint8)[None, None, :, None].repeat(wanted, axis=1)
    row = shaped(image, (wanted, wanted, 1))[0, 0, :, 0]
    start = abs(wanted - size) // 2
    if wanted > size:
        assert row[start : start + size].tolist() == list(range(1, size + 1))
        assert row.sum() == sum(range(1, size + 1))
    else:
        assert row.tolist() == list(range(1 + start, 1 + start + wanted))
