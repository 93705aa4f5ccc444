"""Augmentation against np.pad, image by image, and the constants of the paper's code."""

import numpy as np
import pytest
import torch

from edgecase.base.tensor_randomness import random_bits
from edgecase.federation.transforms import Transform, task_transforms

MEAN, STD = (0.4, 0.5, 0.6), (0.2, 0.3, 0.25)


def slow(image, mean, std, padding=None, top=4, left=4, flip=False):
    """One uint8 [H, W, C] image → float64 [C, H, W]: pad, crop, flip, then normalise."""
    height, width, _ = image.shape
    if padding is not None:
        mode = {"reflect": "reflect", "zero": "constant"}[padding]
        padded = np.pad(image, ((4, 4), (4, 4), (0, 0)), mode=mode)
        image = padded[top : top + height, left : left + width]
        image = image[:, ::-1] if flip else image
    return ((image / 255 - np.array(mean)) / np.array(std)).transpose(2, 0, 1)


def offsets(key, position):
    """The crop and the flip as the code documents them: three fields of one 64-bit draw."""
    bits = int(random_bits(key, torch.tensor(position))) % 2**64
    return {
        "top": (bits & 0xFFFFF) % 9,
        "left": (bits >> 20 & 0xFFFFF) % 9,
        "flip": bool(bits >> 40 & 1),
    }


@pytest.fixture
def store():
    return torch.from_numpy(np.random.default_rng(0).integers(0, 256, (20, 12, 12, 3), np.uint8))


@pytest.mark.parametrize("padding", ["reflect", "zero"])
def test_augmentation_equals_a_slow_reference(store, padding):
    transform = Transform(MEAN, STD, padding)
    index = torch.arange(300) % 20
    positions = torch.arange(300) + 1000
    images = transform.train(store, index, 77, positions, torch.float64)
    expected = [
        slow(store[i].numpy(), MEAN, STD, padding, **offsets(77, p))
        for i, p in zip(index.tolist(), positions.tolist(), strict=True)
    ]
    np.testing.assert_allclose(images.numpy(), np.stack(expected), atol=1e-12)


def test_every_crop_and_both_flips_occur_equally_often():
    # One bright pixel per column and row tells where a crop was taken.
    image = torch.zeros(1, 12, 12, 3, dtype=torch.uint8)
    image[0, :, :, 0] = torch.arange(12)[:, None] + 50
    image[0, :, :, 1] = torch.arange(12)[None, :] + 50
    transform = Transform((0.0,) * 3, (1 / 255,) * 3, "zero")
    images = transform.train(image, torch.zeros(16_200, dtype=torch.int64), 5, torch.arange(16_200))
    rows = images[:, 0, 6, 6].round() - 50
    columns = images[:, 1, 6, 6].round() - 50
    flipped = images[:, 1, 6, 5] > images[:, 1, 6, 6]
    columns = torch.where(flipped, columns - 5, columns - 6)
    places = torch.stack([rows - 6, columns, flipped], dim=1).long()
    found, counts = places.unique(dim=0, return_counts=True)
    assert len(found) == 9 * 9 * 2
    assert found[:, :2].min() == -4
    assert found[:, :2].max() == 4
    # Poisson-like counts of mean 100: five standard deviations.
    assert counts.min() > 50
    assert counts.max() < 150


@pytest.mark.parametrize("padding", ["reflect", "zero"])
def test_a_sample_depends_on_key_and_position_alone(store, padding):
    transform = Transform(MEAN, STD, padding)
    index, positions = torch.arange(20), torch.arange(40, 60)
    whole = transform.train(store, index, 3, positions)
    parts = [
        transform.train(store, i, 3, p)
        for i, p in zip(index.split(7), positions.split(7), strict=True)
    ]
    assert torch.equal(torch.cat(parts), whole)
    assert not torch.equal(transform.train(store, index, 4, positions), whole)
    assert not torch.equal(transform.train(store, index, 3, positions + 1), whole)


def test_zero_padding_is_black_before_normalisation():
    white = torch.full((1, 8, 8, 3), 255, dtype=torch.uint8)
    images = Transform(MEAN, STD, "zero").train(
        white, torch.zeros(200, dtype=torch.int64), 1, torch.arange(200), torch.float64
    )
    for channel in range(3):
        values = sorted(set(images[:, channel].round(decimals=9).flatten().tolist()))
        black, bright = -MEAN[channel] / STD[channel], (1 - MEAN[channel]) / STD[channel]
        assert values == pytest.approx([black, bright])


def test_without_padding_training_images_are_only_normalised(store):
    transform = Transform(MEAN, STD)
    index = torch.tensor([3, 3, 0])
    images = transform.train(store, index, 1, torch.arange(3))
    assert torch.equal(images, transform.test(store[index]))


def test_test_images_are_normalised_in_channels_last_memory(store):
    images = Transform(MEAN, STD, "reflect").test(store, torch.float64)
    expected = np.stack([slow(image, MEAN, STD) for image in store.numpy()])
    np.testing.assert_allclose(images.numpy(), expected, atol=1e-12)
    assert images.is_contiguous(memory_format=torch.channels_last)


def test_constants_of_the_paper():
    published = task_transforms(3, "published")
    assert published.honest == Transform(
        (125.3 / 255, 123.0 / 255, 113.9 / 255), (63.0 / 255, 62.1 / 255, 66.7 / 255), "reflect"
    )
    assert published.attacker == Transform(
        (0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010), "zero"
    )
    assert published.test == published.attacker
    one = task_transforms(3, "one")
    assert one.honest == one.attacker == one.test == published.honest
    plain = task_transforms(3, "plain")
    assert plain.honest == plain.attacker == plain.test
    assert plain.honest == Transform(one.honest.mean, one.honest.std, padding=None)
    for switch in ("published", "one", "plain"):
        digits = task_transforms(1, switch)
        assert digits.honest == digits.attacker == digits.test == Transform((0.1307,), (0.3081,))
