"""The two edge sets that are published as pickled arrays: Southwest planes and green cars."""

import pickle

import numpy as np
import pytest
from tests.datasets.made_up import raw_files

from edgecase.datasets import EDGE_SETS
from edgecase.datasets.greencar import GREEN_CARS_TEST, GREEN_CARS_TRAIN

#: array → the file that the authors publish it in
FILES = {
    "southwest": {
        "new_train": "southwest_images_new_train",
        "new_test": "southwest_images_new_test",
        "adv_p_percent": "southwest_images_adv_p_percent_edge_case",
        "honest_almost": "southwest_images_honest_almost_edge_case",
        "honest_normal": "southwest_images_honest_full_normal",
        "p_percent_test": "southwest_images_p_percent_edge_case_test",
    },
    "greencar": {
        "train": "green_car_transformed_train",
        "test": "green_car_transformed_test",
    },
}


@pytest.mark.parametrize("name", FILES)
def test_every_array_comes_from_its_file(name, tmp_path):
    published = {
        array: np.full((2, 32, 32, 3), number, np.uint8) for number, array in enumerate(FILES[name])
    }
    contents = {
        f"{file}.pkl": pickle.dumps(published[array], 3) for array, file in FILES[name].items()
    }
    arrays = EDGE_SETS[name].build(raw_files(tmp_path, contents))
    assert set(arrays) == set(EDGE_SETS[name].arrays)
    for array, images in published.items():
        np.testing.assert_array_equal(arrays[array], images)


def test_the_green_cars_are_thirty_distinct_training_images():
    indices = GREEN_CARS_TRAIN + GREEN_CARS_TEST
    assert (len(GREEN_CARS_TRAIN), len(GREEN_CARS_TEST), len(set(indices))) == (27, 3, 30)
    assert all(0 <= index < 50_000 for index in indices)
    # the sum of the 27 numbers printed in the paper's code, against a slip of the pen
    assert sum(GREEN_CARS_TRAIN) == 740_623
    assert EDGE_SETS["greencar"].excluded == indices
