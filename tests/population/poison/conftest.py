"""Small edge sets of random images, so that every image can be told from every other."""

import numpy as np
import pytest

from edgecase.base.parameters import read
from edgecase.population.poison import FAMILIES, build


def photos(count, seed):
    """`count` random photos of 8x8 pixels, four rotations each: uint8 [4·count, 8, 8, 3]."""
    first = np.random.default_rng(seed).integers(0, 256, (count, 8, 8, 3), dtype=np.uint8)
    turned = [np.rot90(first, turn, axes=(1, 2)) for turn in range(4)]
    return np.stack(turned, axis=1).reshape(-1, 8, 8, 3)


@pytest.fixture
def livery():
    """The six arrays of a livery set, with the paper's numbers of photos divided by about five."""
    return {
        "new_train": photos(40, 1),
        "new_test": photos(10, 2),
        "adv_p_percent": photos(5, 3),
        "honest_almost": photos(5, 4),
        "honest_normal": np.concatenate([photos(5, 4), photos(30, 5)]),
        "p_percent_test": photos(9, 6),
    }


@pytest.fixture
def digits():
    """A digit set with 60 sevens in train, 10 in test, among other digits."""
    rng = np.random.default_rng(7)
    y_train, y_test = np.repeat([7, 3, 7, 1], [25, 10, 35, 5]), np.repeat([7, 2], [10, 4])
    return {
        "x_train": rng.integers(0, 256, (75, 6, 6, 1), dtype=np.uint8),
        "y_train": y_train,
        "x_test": rng.integers(0, 256, (14, 6, 6, 1), dtype=np.uint8),
        "y_test": y_test,
    }


@pytest.fixture
def cars():
    rng = np.random.default_rng(8)
    return {
        "train": rng.integers(0, 256, (27, 8, 8, 3), dtype=np.uint8),
        "test": rng.integers(0, 256, (50, 8, 8, 3), dtype=np.uint8),
    }


@pytest.fixture
def make():
    """`build` with numbers that fit the sets above."""

    def call(
        edge_set, arrays, /, case="edge-case", num_clients=40, seed=0, exclude=(), **parameters
    ):
        source, target = {"southwest": (0, 9), "ardis": (7, 1), "greencar": (1, 2)}[edge_set]
        generator = np.random.default_rng(seed)
        return build(
            read(FAMILIES[edge_set], parameters, "poison."),
            arrays,
            source,
            target,
            1000,
            case,
            num_clients,
            generator,
            exclude,
        )

    return call


@pytest.fixture
def rows():
    """The images of an array as a list of bytes, to compare sets of images."""
    return lambda images: [image.tobytes() for image in images]
