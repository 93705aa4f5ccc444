"""Cut the middle square out of a photograph, at the size a network takes."""

import numpy as np
from PIL import Image


def shrink(image: np.ndarray, size: int) -> np.ndarray:
    """uint8 [size, size, 3]: the middle of `image`, uint8 [H, W, 3], its short side `size` pixels.

    Bilinear, each pixel an average of those around it (antialias), at the rim also of some beyond
    the square, as if all were resized before the crop. Pillow computes it with integers, so every
    processor gives the same bytes.
    """
    height, width, _ = image.shape
    side = min(height, width)
    left, top = (width - side) / 2, (height - side) / 2
    square = (left, top, left + side, top + side)
    small = Image.fromarray(image).resize((size, size), Image.Resampling.BILINEAR, box=square)
    return np.array(small)
