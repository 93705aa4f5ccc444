import pickle

import numpy as np
from tests.datasets.made_up import raw_files

from edgecase.datasets import DATASETS


def batch(red, fine, coarse):
    planes = np.zeros((len(fine), 3, 32, 32), np.uint8)
    planes[:, 0] = red
    planes[:, 2] = np.arange(32)[None, :]  # blue: the column
    return pickle.dumps(
        {b"data": planes.reshape(-1, 3072), b"fine_labels": fine, b"coarse_labels": coarse}, 2
    )


def test_labels_are_the_fine_ones_and_planes_become_channels(tmp_path):
    files = {"train": batch(1, [19, 29, 99], [11, 15, 13]), "test": batch(2, [0, 51], [4, 4])}
    arrays = DATASETS["cifar100"].build(raw_files(tmp_path, files))
    assert arrays["x_train"].shape == (3, 32, 32, 3)
    assert arrays["x_test"][1, 7, 19].tolist() == [2, 0, 19]
    assert arrays["y_train"].tolist() == [19, 29, 99]
    assert (arrays["y_test"].tolist(), arrays["y_test"].dtype.name) == ([0, 51], "int64")


def test_a_hundred_classes_have_their_names():
    names = DATASETS["cifar100"].class_names
    # The places that CIFAR-100's own page of classes and its pickled `meta` give them.
    assert len(set(names)) == 100
    assert [names[i] for i in (0, 19, 29, 51, 99)] == [
        *("apple", "cattle", "dinosaur", "mushroom", "worm"),
    ]
