"""Number what is left of a set once some of it is taken."""

import numpy as np


def remaining(count: int, *taken: np.ndarray) -> np.ndarray:
    """The numbers below `count`, in order, that none of `taken` holds: int64 [n].

    A mark for each number, since NumPy's set operations take a second for a million.

    >>> remaining(5, np.array([3, 0]), np.array([3, 9]))
    array([1, 2, 4])
    """
    left = np.ones(count, dtype=bool)
    for numbers in taken:
        left[numbers[(numbers >= 0) & (numbers < count)]] = False
    return np.flatnonzero(left)
