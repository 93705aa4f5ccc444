"""Find test images that are, all but a few grey levels, training images."""

import numpy as np

#: Images whose root-mean-square difference over all pixels and channels (grey levels, 0 … 255) is
#: at most this are one photo. On the Southwest images the copies lie at 0 (an exact copy) to 1.3
#: (the same photo compressed again), and the nearest pair of other images at 27.9. A photo that is
#: cropped differently is not found this way.
NEAR_DUPLICATE_RMS = 10.0


def nearest_rms(images: np.ndarray, references: np.ndarray) -> np.ndarray:
    """Each image's smallest root-mean-square difference (float64 [n]) to any of `references`.

    `images` is uint8 [n, H, W, C] and `references` uint8 [r, H, W, C]; the unit is grey levels.
    """
    a = images.reshape(len(images), -1).astype(np.float64)
    b = references.reshape(len(references), -1).astype(np.float64)
    # Exact: every term is an integer far below 2^53.
    squared = (a**2).sum(1)[:, None] + (b**2).sum(1)[None, :] - 2 * (a @ b.T)
    return np.sqrt(squared.min(axis=1) / a.shape[1])
