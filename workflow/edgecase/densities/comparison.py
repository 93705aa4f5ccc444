"""Bring images of one data set into the shape that a model for another takes."""

import numpy as np

#: ITU-R BT.601, as Pillow's mode "L".
_LUMA = np.array([0.299, 0.587, 0.114])


def shaped(images: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
    """Images uint8 [n, H, W, C] as [n, *shape], of 1 or 3 channels.

    Colour becomes grey, grey is repeated in every channel. A larger image is cut to its centre, a
    smaller one is padded with black.
    """
    height, width, channels = shape
    if images.shape[3] == 3 and channels == 1:
        images = (images @ _LUMA).round().astype(np.uint8)[..., None]
    return _sized(_sized(images, 1, height), 2, width).repeat(channels // images.shape[3], axis=3)


def _sized(images: np.ndarray, axis: int, size: int) -> np.ndarray:
    """`images` cut or padded evenly along `axis`; an odd pixel goes to the end."""
    surplus = images.shape[axis] - size
    if surplus >= 0:
        return images.take(range(surplus // 2, surplus // 2 + size), axis=axis)
    widths = [(0, 0)] * images.ndim
    widths[axis] = (-surplus // 2, -surplus - (-surplus // 2))
    return np.pad(images, widths)
