"""Southwest Airlines planes (Wang et al. 2020): the edge-case set of the paper's first task."""

from pathlib import Path

import numpy as np

from edgecase.datasets.arrays import check_array
from edgecase.datasets.unpickle import load_pickle

#: array name → (end of the published file's name, number of images)
ARRAYS = {
    "new_train": ("new_train", 784),
    "new_test": ("new_test", 196),
    "adv_p_percent": ("adv_p_percent_edge_case", 100),
    "honest_almost": ("honest_almost_edge_case", 100),
    "honest_normal": ("honest_full_normal", 700),
    "p_percent_test": ("p_percent_edge_case_test", 180),
}


def read(raw: Path) -> dict[str, np.ndarray]:
    """The six uint8 [n, 32, 32, 3] arrays of `ARRAYS`, in the published order.

    `new_train` and `new_test` are one split of 245 photos × 4 rotations; `adv_p_percent`,
    `honest_normal` and `p_percent_test` another of the same images, with `honest_almost` inside
    `honest_normal`. Raises `DataError` naming the pickle that is not so shaped or is refused.
    """
    arrays = {}
    for name, (ending, count) in ARRAYS.items():
        path = raw / f"southwest_images_{ending}.pkl"
        arrays[name] = check_array(load_pickle(path), str(path), (count, 32, 32, 3), np.uint8)
    return arrays
