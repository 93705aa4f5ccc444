"""The two edge sets that are published as pickled arrays: Southwest planes and green cars."""

import pickle

import numpy as np
import pytest

from edgecase.base.errors import DataError
from edgecase.datasets import EDGE_SETS, GREEN_CARS_TEST, GREEN_CARS_TRAIN, greencar, southwest

# numbers of images as the authors describe them
SOUTHWEST = {
    "southwest_images_new_train": ("new_train", 784),
    "southwest_images_new_test": ("new_test", 196),
    "southwest_images_adv_p_percent_edge_case": ("adv_p_percent", 100),
    "southwest_images_honest_almost_edge_case": ("honest_almost", 100),
    "southwest_images_honest_full_normal": ("honest_normal", 700),
    "southwest_images_p_percent_edge_case_test": ("p_percent_test", 180),
}
GREENCAR = {
    "green_car_transformed_train": ("train", 27),
    "green_car_transformed_test": ("test", 1000),
}


@pytest.fixture(params=[("southwest", southwest, SOUTHWEST), ("greencar", greencar, GREENCAR)])
def published(request, tmp_path):
    name, module, files = request.param
    for number, (file, (_, count)) in enumerate(files.items()):
        write(tmp_path / f"{file}.pkl", np.full((count, 32, 32, 3), number, np.uint8))
    return name, module, files, tmp_path


def write(path, content):
    path.write_bytes(pickle.dumps(content, 3))


def test_every_array_comes_from_its_file(published):
    name, module, files, raw = published
    arrays = module.read(raw)
    assert set(arrays) == set(EDGE_SETS[name].arrays)
    for number, (array, count) in enumerate(files.values()):
        assert arrays[array].shape == (count, 32, 32, 3)
        assert (arrays[array] == number).all()


@pytest.mark.parametrize(
    "content",
    [
        np.zeros((1, 32, 32, 3), np.uint8),
        np.zeros((100, 32, 32, 3), np.float32),
        np.array([{"a": 1}] * 100, dtype=object),
        [1, 2, 3],
    ],
    ids=["count", "dtype", "objects", "list"],
)
def test_another_array_is_refused_by_file(published, content):
    _, module, files, raw = published
    last = list(files)[-1]
    write(raw / f"{last}.pkl", content)
    with pytest.raises(DataError, match=rf"{last}\.pkl"):
        module.read(raw)


def test_the_green_cars_are_thirty_distinct_training_images():
    indices = GREEN_CARS_TRAIN + GREEN_CARS_TEST
    assert (len(GREEN_CARS_TRAIN), len(GREEN_CARS_TEST), len(set(indices))) == (27, 3, 30)
    assert all(0 <= index < 50_000 for index in indices)
    # the sum of the 27 numbers printed in the paper's code, against a slip of the pen
    assert sum(GREEN_CARS_TRAIN) == 740_623
    assert EDGE_SETS["greencar"].excluded == indices
