"""Group the images of a folder that show the same photo, by thumbnails."""

import numpy as np
from PIL import Image

from edgecase.datasets.duplicates import NEAR_DUPLICATE_RMS

#: pixels of a thumbnail's side, and of the still smaller one that rules most pairs out
_SIDE = 32
_COARSE = 8
_ROWS = 512


def first_copies(images: np.ndarray) -> np.ndarray:
    """For each image the first one (int64 [N]) that shows the same photo, often itself.

    `images` is uint8 [N, s, s, 3]. Two show the same photo where their thumbnails of 32 × 32 pixels
    differ by at most `NEAR_DUPLICATE_RMS` grey levels, and where both show the same as a third.
    """
    thumbnails = np.stack([_thumbnail(image) for image in images]).reshape(len(images), -1)
    unique, inverse = np.unique(thumbnails, axis=0, return_inverse=True)
    groups = _groups(unique)[inverse.reshape(-1)]
    first = np.full(len(images), len(images))
    np.minimum.at(first, groups, np.arange(len(images)))
    return first[groups]


def _thumbnail(image: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(image).resize((_SIDE, _SIDE), Image.Resampling.BOX))


def _groups(thumbnails: np.ndarray) -> np.ndarray:
    """int64 [n]: equal numbers for the rows of uint8 [n, 32 · 32 · 3] that are linked."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    count = len(thumbnails)
    coarse = _block_means(thumbnails)
    labels = np.arange(count)
    for start in range(0, count, _ROWS):
        rows = np.arange(start, min(start + _ROWS, count))
        # Averaging never drives two images further apart, so what is far here is far in full. The
        # small slack is for the rounding of float32.
        near = _mean_squares(coarse[rows], coarse[start:]) <= 1.01 * NEAR_DUPLICATE_RMS**2 + 0.5
        near[:, : len(rows)] &= ~np.eye(len(rows), dtype=bool)
        left, right = rows[near.any(axis=1)], start + np.flatnonzero(near.any(axis=0))
        if len(left) == 0:
            continue
        # Exact in float64: integers far below 2^53, so the groups are the same on every machine.
        exact = _mean_squares(
            thumbnails[left].astype(np.float64), thumbnails[right].astype(np.float64)
        )
        one, other = np.nonzero(exact <= NEAR_DUPLICATE_RMS**2)
        edges = (labels[left[one]], labels[right[other]])
        graph = coo_matrix((np.ones(len(one), dtype=bool), edges), shape=(count, count))
        labels = connected_components(graph, directed=False)[1][labels]
    return labels


def _block_means(thumbnails: np.ndarray) -> np.ndarray:
    """float32 [n, 8 · 8 · 3]: the mean of every 4 × 4 pixels, less the middle grey."""
    block = _SIDE // _COARSE
    pixels = thumbnails.reshape(-1, _COARSE, block, _COARSE, block, 3)
    means = pixels.mean(axis=(2, 4), dtype=np.float32) - 127.5
    return means.reshape(len(thumbnails), -1)


def _mean_squares(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """[len(a), len(b)]: the mean of (a_i − b_j)² over the columns."""
    squares = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1)[None, :]
    return (squares - 2 * (a @ b.T)) / a.shape[1]
