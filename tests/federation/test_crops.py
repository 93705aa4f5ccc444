"""Random crops, against torchvision's resize and its distribution, and by hand."""

import numpy as np
import torch
from torchvision.transforms import RandomResizedCrop
from torchvision.transforms.v2 import functional

from edgecase.federation.crops import MEAN, STD, crop_boxes, random_resized_crop


def photographs(*sizes):
    generator = torch.Generator().manual_seed(0)
    return [
        torch.randint(0, 256, (height, width, 3), dtype=torch.uint8, generator=generator)
        for height, width in sizes
    ]


def test_crops_are_torchvisions_of_the_same_boxes():
    images = photographs((60, 80), (33, 20), (200, 150), (8, 90), (64, 64))
    positions = torch.arange(5) + 7
    boxes, mirrored = crop_boxes(torch.tensor([i.shape[:2] for i in images]), 3, positions)
    assert 0 < mirrored.sum() < 5
    batch = random_resized_crop(images, 3, positions, 24)
    assert batch.shape == (5, 3, 24, 24)
    assert batch.is_contiguous(memory_format=torch.channels_last)
    for sample, image, box, mirror in zip(batch, images, boxes.tolist(), mirrored, strict=True):
        pixels = functional.resized_crop(image.permute(2, 0, 1), *box, [24, 24], antialias=True)
        pixels = functional.horizontal_flip(pixels) if mirror else pixels
        expected = functional.normalize(pixels.float() / 255, list(MEAN), list(STD))
        # Bytes that round the other way are rare.
        torch.testing.assert_close(sample, expected, atol=1.01 / 255 / min(STD), rtol=0)
        assert (sample - expected).abs().mean() < 1e-4


def test_a_sample_depends_on_its_key_and_position_alone():
    images = photographs((60, 80), (40, 20), (90, 50))
    keys, positions = torch.tensor([4, 4, 9]), torch.tensor([0, 5, 5])
    batch = random_resized_crop(images, keys, positions, 16)
    order = [2, 0]
    other = random_resized_crop([images[k] for k in order], keys[order], positions[order], 16)
    assert torch.equal(other, batch[order])
    alone = random_resized_crop(images[1:2], 4, positions[1:2], 16)
    assert torch.equal(alone, batch[1:2])
    assert not torch.equal(random_resized_crop(images[1:2], 9, positions[1:2], 16), alone)


def test_boxes_are_distributed_as_torchvisions():
    count, size = 4000, (75, 100)
    boxes, mirrored = crop_boxes(torch.tensor([size] * count), 1, torch.arange(count))
    torch.manual_seed(0)
    image = torch.zeros(3, *size)
    drawn = RandomResizedCrop.get_params
    expected = torch.tensor([drawn(image, [0.08, 1.0], [3 / 4, 4 / 3]) for _ in range(count)])
    top, left, height, width = boxes.T
    assert (top >= 0).all()
    assert (left >= 0).all()
    assert (top + height <= 75).all()
    assert (left + width <= 100).all()
    # The largest distance of two empirical distributions of 4000: 1 in 10,000 is above 0.05.
    for ours, theirs in zip(boxes.T.numpy(), expected.T.numpy(), strict=True):
        steps = np.arange(101)
        gap = (ours[:, None] <= steps).mean(0) - (theirs[:, None] <= steps).mean(0)
        assert np.abs(gap).max() < 0.05
    assert abs(mirrored.float().mean() - 0.5) < 0.04


def test_images_that_no_box_fits_are_cut_in_the_middle():
    """The area of a box is at least 8 % of the image's and its sides have a ratio of at most 4/3,
    so its shorter side has 16 pixels or more."""
    sizes = torch.tensor([[9, 500], [500, 9]])
    boxes, _ = crop_boxes(sizes, 0, torch.arange(2))
    assert boxes.tolist() == [[0, 244, 9, 12], [244, 0, 12, 9]]
