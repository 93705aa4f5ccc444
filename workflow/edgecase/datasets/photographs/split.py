"""Part a folder's images into training and test, the same photo always on one side."""

from collections.abc import Sequence

import numpy as np

from edgecase.base.errors import ConfigError, DataError
from edgecase.datasets.photographs.problems import named


def by_photo(
    photos: np.ndarray,
    labels: np.ndarray,
    share: float,
    generator: np.random.Generator,
    classes: Sequence[str] = (),
) -> np.ndarray:
    """Which images are for the test: bool [N], `share` of every class, rounded, at random.

    `labels` is int [N]. At least one image of a class is for the test and one for training. Images
    with an equal number in `photos` (int [N], `copies.first_copies`) show the same photo and stay
    together, also in different classes, which may move a class away from its share. Raises
    `ConfigError` for a share that is not between 0 and 1 and `DataError`, with the names that
    `classes` gives them, for classes that then have no test or no training image.
    """
    if not 0 < share < 1:
        raise ConfigError(f"test share: {share!r} is not allowed; expected above 0 and below 1")
    present, labels = np.unique(labels, return_inverse=True)
    sizes = np.bincount(labels, minlength=len(present))
    wanted = np.clip(np.round(share * sizes), 1, np.maximum(sizes - 1, 1)).astype(int)
    groups = np.unique(photos, return_inverse=True)[1]
    order = np.argsort(groups, kind="stable")
    members = np.split(order, np.flatnonzero(np.diff(groups[order])) + 1)
    taken = np.zeros_like(sizes)
    test = np.zeros(len(labels), dtype=bool)

    def take(order: Sequence[int], limit: np.ndarray, missing_only: bool) -> None:
        """Take photos in `order` as long as no class gets more images than `limit`; perhaps only
        those of a class that has none yet."""
        for group in order:
            rows = members[group]
            held, counts = np.unique(labels[rows], return_counts=True)
            fits = not test[rows[0]] and (taken[held] + counts <= limit[held]).all()
            if fits and not (missing_only and taken[held].all()):
                test[rows] = True
                taken[held] += counts

    shuffled = generator.permutation(len(members)).tolist()
    take(shuffled, wanted, missing_only=False)
    # A photo with more copies than the share has images: rather too many of them than none.
    take(sorted(shuffled, key=lambda group: len(members[group])), sizes - 1, missing_only=True)
    if problems := [
        f"{classes[present[k]] if classes else present[k]} ({sizes[k]})"
        for k in np.flatnonzero((taken == 0) | (taken == sizes))
    ]:
        raise DataError(
            "no test or no training image would be left, as images that show the same photo stay "
            f"together, of the class (images) {named(problems)}; add images of other photos, or "
            "part them by hand, into folders train and test"
        )
    return test
