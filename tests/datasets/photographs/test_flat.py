"""ImageNet's validation images in one folder, labelled by either list that is in use."""

import numpy as np
import pytest
from scipy.io import savemat

from edgecase.base.errors import DataError
from edgecase.datasets.photographs.flat import DEVKIT, KAGGLE
from edgecase.datasets.photographs.tree import list_tree

IMAGES = [f"val/ILSVRC2012_val_{number:08}.JPEG" for number in range(1, 5)]
#: of each image in turn; the third's class is not among those of `train/`
CLASSES = ["n02", "n01", "n03", "n02"]


@pytest.fixture
def folder(tmp_path):
    for path in ("train/n01/a.JPEG", "train/n02/b.JPEG", *IMAGES):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    return tmp_path


def write_kaggle(folder, classes=CLASSES):
    rows = [
        f"ILSVRC2012_val_{number:08},{name} 10 20 30 40 {name} 1 2 3 4"
        for number, name in enumerate(classes, 1)
    ]
    # Kaggle's list is in no order.
    text = "\n".join(["ImageId,PredictionString", *reversed(rows)]) + "\n"
    (folder / KAGGLE).write_text(text)


def write_devkit(folder, numbers):
    """As the kit: its numbers are not in the order of the ids, and some ids are of groups."""
    rows = [(1, "n02", "b", "", 0), (2, "n03", "c", "", 0), (3, "n01", "a", "", 0)]
    rows += [(4, "n00", "group", "", 3)]
    kinds = [("ILSVRC2012_ID", object), ("WNID", object), ("words", object)]
    kinds += [("gloss", object), ("num_children", object)]
    place = folder / DEVKIT
    place.mkdir(parents=True)
    savemat(place / "meta.mat", {"synsets": np.array(rows, dtype=kinds).reshape(-1, 1)})
    text = "".join(f"{number}\n" for number in numbers)
    (place / "ILSVRC2012_validation_ground_truth.txt").write_text(text)


@pytest.mark.parametrize("form", ["kaggle", "devkit"])
def test_images_get_the_class_that_the_list_says(folder, form):
    if form == "kaggle":
        write_kaggle(folder)
    else:
        write_devkit(folder, [1, 3, 2, 1])
    tree = list_tree(folder)
    assert tree.classes == ("n01", "n02")
    assert tree.train == (("train/n01/a.JPEG", 0), ("train/n02/b.JPEG", 1))
    assert tree.test == ((IMAGES[0], 1), (IMAGES[1], 0), (IMAGES[3], 1))
    assert tree.split


@pytest.mark.parametrize(
    ("write", "problem"),
    [
        (lambda folder: write_kaggle(folder, CLASSES[:3]), "1 images have no label in it, such as"),
        (lambda folder: (folder / KAGGLE).write_text("a,b\n1,2\n"), "expected the columns ImageId"),
        (lambda folder: write_devkit(folder, [1, 3]), "labels 2 images; .* has 4"),
        (lambda folder: write_devkit(folder, [1, 3, 4, 1]), "cannot be read as ImageNet's labels"),
        (lambda folder: write_kaggle(folder, ["n02"] * 4), "val: no image of n01"),
    ],
)
def test_a_list_that_does_not_fit_is_named(folder, write, problem):
    write(folder)
    with pytest.raises(DataError, match=problem):
        list_tree(folder)


def test_without_a_list_its_places_are_named(folder):
    with pytest.raises(DataError, match=f"val/ has no class folders; .* {KAGGLE} or {DEVKIT}"):
        list_tree(folder)
