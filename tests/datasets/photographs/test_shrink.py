"""The middle square of a photograph, against averages and torchvision."""

import numpy as np
import torch
from tests.datasets.photographs.made_up import photo
from torchvision.transforms import v2

from edgecase.datasets.photographs.shrink import shrink


def test_middle_square_of_a_photograph():
    wide = np.zeros((16, 48, 3), np.uint8)
    wide[:, 16:32] = 200
    np.testing.assert_array_equal(shrink(wide, 16), np.full((16, 16, 3), 200))
    # At the rim an average reaches beyond the square, as where all is resized before the crop.
    tall = shrink(wide.swapaxes(0, 1), 8)
    assert (tall[1:-1] == 200).all()
    assert (tall[[0, -1]] < 200).all()


def test_as_resize_and_centre_crop_of_torchvision():
    image = photo(3, 128, 192)
    both = v2.Compose([v2.Resize(32, antialias=True), v2.CenterCrop(32)])
    expected = both(torch.from_numpy(image).permute(2, 0, 1)).permute(1, 2, 0).numpy()
    assert np.abs(shrink(image, 32).astype(int) - expected).max() <= 1
