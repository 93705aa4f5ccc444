"""Cut random crops out of photographs of any size, as ImageNet's networks are trained."""

import math

import torch
from torch.nn import functional

from edgecase.base.tensor_randomness import random_bits, random_uniform

#: of red, green and blue in [0, 1], as torchvision's networks expect them
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)

#: the crop's share of the area, and its width over its height
_SCALE = (0.08, 1.0)
_RATIO = (3 / 4, 4 / 3)
_TRIES = 10


def random_resized_crop(
    images: list[torch.Tensor], key: int | torch.Tensor, positions: torch.Tensor, size: int
) -> torch.Tensor:
    """A batch float32 [B, 3, size, size] in channels-last memory, normalised with `MEAN` and `STD`.

    Each of `images`, uint8 [H, W, 3] of any size, is cropped, resized (bilinear with antialias, to
    bytes) and mirrored as `crop_boxes` draws it from `key` (one, or int64 [B]) and `positions`
    (int64 [B]). On a GPU and on processors without AVX2 a byte may round to the next one.
    """
    device = images[0].device
    sizes = torch.tensor([image.shape[:2] for image in images])
    boxes, mirrored = crop_boxes(sizes, key, positions)
    batch = torch.empty(len(images), size, size, 3, device=device)
    # The three channels' constants, repeated along a row: one long row is computed with at once.
    mean = torch.tensor(MEAN, device=device).mul(255).repeat(size)
    scale = torch.tensor(STD, device=device).mul(255).reciprocal().repeat(size)
    drawn = zip(batch, images, boxes.tolist(), mirrored.tolist(), strict=True)
    for sample, image, (top, left, height, width), mirror in drawn:
        pixels = _resized(image[top : top + height, left : left + width], size)
        sample.copy_(pixels.flip(1) if mirror else pixels)
        # One image at a time, while it is in the processor's cache.
        sample.view(size, 3 * size).sub_(mean).mul_(scale)
    return batch.permute(0, 3, 1, 2)


def crop_boxes(
    sizes: torch.Tensor, key: int | torch.Tensor, positions: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Where to cut images of `sizes`, int64 [B, 2] (height, width), and which to mirror, bool [B].

    A box is (top, left, height, width), int64 [B, 4]. Its area is a share of the image's drawn from
    0.08 … 1, its ratio is drawn from 3/4 … 4/3 on a logarithmic scale, and its place from all where
    it fits (Szegedy et al. 2015, "Going deeper with convolutions", section 6; the bounds and what
    follows are torchvision's). Where ten draws do not fit, it is the middle, as large as these
    ratios allow. A sample's draws are a function of its key and position alone.
    """
    device = positions.device
    streams = random_bits(key, positions)[:, None]
    draws = random_uniform(streams, torch.arange(2 * _TRIES + 3, device=device)).double().cpu()
    areas, ratios, (down, right, mirrored) = (
        draws[:, :_TRIES],
        draws[:, _TRIES : 2 * _TRIES],
        draws[:, 2 * _TRIES :].T,
    )
    rows, columns = sizes.unbind(1)
    share = _SCALE[0] + (_SCALE[1] - _SCALE[0]) * areas
    area = share * (rows * columns)[:, None]
    low, high = map(math.log, _RATIO)
    ratio = torch.exp(low + (high - low) * ratios)
    widths = (area * ratio).sqrt().round().long()
    heights = (area / ratio).sqrt().round().long()
    fits = (widths > 0) & (widths <= columns[:, None]) & (heights > 0) & (heights <= rows[:, None])
    first = fits.int().argmax(1, keepdim=True)
    largest_width = torch.minimum(columns, (rows * _RATIO[1]).round().long())
    largest_height = torch.minimum(rows, (columns / _RATIO[0]).round().long())
    fitting = fits.any(1)
    width = torch.where(fitting, widths.gather(1, first)[:, 0], largest_width)
    height = torch.where(fitting, heights.gather(1, first)[:, 0], largest_height)
    # The numbers are below 1, so the product is below the number of places.
    down, right = (torch.where(fitting, drawn, 0.5) for drawn in (down, right))
    top = (down * (rows - height + 1)).long()
    left = (right * (columns - width + 1)).long()
    return torch.stack([top, left, height, width], 1), mirrored < 0.5


def _resized(crop: torch.Tensor, size: int) -> torch.Tensor:
    """uint8 [h, w, 3] → [size, size, 3] with the values of bytes."""
    height, width, channels = crop.shape
    if crop.is_cuda:
        planes = crop.permute(2, 0, 1)[None].float()
        return _interpolated(planes, size)[0].permute(1, 2, 0).round_()
    # Strides that torch knows for channels-last also where there is one image: its fast kernel.
    strides = (height * width * channels, 1, width * channels, channels)
    planes = crop.contiguous().as_strided((1, channels, height, width), strides)
    return _interpolated(planes, size)[0].permute(1, 2, 0)


def _interpolated(planes: torch.Tensor, size: int) -> torch.Tensor:
    return functional.interpolate(planes, size=(size, size), mode="bilinear", antialias=True)
