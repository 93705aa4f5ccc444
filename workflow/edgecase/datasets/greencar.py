"""Green cars (Bagdasaryan et al. 2020): the edge-case set of the command line's `howto`."""

from pathlib import Path

import numpy as np

from edgecase.datasets.arrays import check_array
from edgecase.datasets.unpickle import load_pickle


def read(raw: Path) -> dict[str, np.ndarray]:
    """train uint8 [27, 32, 32, 3] (images of CIFAR-10) and test uint8 [1000, 32, 32, 3].

    Raises `DataError` naming the pickle that is not so shaped or is refused.
    """
    arrays = {}
    for name, count in (("train", 27), ("test", 1000)):
        path = raw / f"green_car_transformed_{name}.pkl"
        arrays[name] = check_array(load_pickle(path), str(path), (count, 32, 32, 3), np.uint8)
    return arrays
