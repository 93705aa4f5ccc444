"""Southwest Airlines planes (Wang et al. 2020): the edge-case set of the paper's first task."""

import numpy as np

from edgecase.datasets.base import LIVERY_ARRAYS, EdgeSet
from edgecase.datasets.raw import RawFiles
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


def read(raw: RawFiles) -> dict[str, np.ndarray]:
    """The six uint8 [n, 32, 32, 3] arrays of `ARRAYS`, in the published order.

    `new_train` and `new_test` are one split of 245 photos × 4 rotations; `adv_p_percent`,
    `honest_normal` and `p_percent_test` another of the same images, with `honest_almost` inside
    `honest_normal`.
    """
    return {
        name: load_pickle(raw, f"southwest_images_{ending}.pkl")
        for name, (ending, _) in ARRAYS.items()
    }


SOUTHWEST = EdgeSet(
    name="southwest",
    source_class=0,
    target_class=9,
    raw_class=9,
    build=read,
    arrays=LIVERY_ARRAYS,
    sources=("southwest",),
)
