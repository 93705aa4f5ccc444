"""Green cars (Bagdasaryan et al. 2020): the edge-case set of the command line's `howto`."""

import numpy as np

from edgecase.datasets.base import EdgeSet
from edgecase.datasets.raw import RawFiles
from edgecase.datasets.unpickle import load_pickle

#: rows of the CIFAR-10 training file that show green cars (Bagdasaryan et al. 2020): the attacker's
GREEN_CARS_TRAIN = (
    *(874, 49163, 34287, 21422, 48003, 47001, 48030, 22984, 37533, 41336, 3678, 37365, 19165),
    *(34385, 41861, 39824, 561, 49588, 4528, 3378, 38658, 38735, 19500, 9744, 47026, 1605, 389),
)
#: and those they kept for testing
GREEN_CARS_TEST = (32941, 36005, 40138)


def read(raw: RawFiles) -> dict[str, np.ndarray]:
    """train uint8 [27, 32, 32, 3] (images of CIFAR-10) and test uint8 [1000, 32, 32, 3]."""
    return {
        name: load_pickle(raw, f"green_car_transformed_{name}.pkl") for name in ("train", "test")
    }


GREENCAR = EdgeSet(
    name="greencar",
    source_class=1,
    target_class=2,
    raw_class=9,
    build=read,
    arrays=("train", "test"),
    cases=("edge-case",),
    sources=("greencar",),
    excluded=GREEN_CARS_TRAIN + GREEN_CARS_TEST,
)
