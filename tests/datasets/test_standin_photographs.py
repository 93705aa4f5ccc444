"""The generated trees: ImageNet's layout and names, and an edge case that looks like no class."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from edgecase.datasets import standin_photographs as standin
from edgecase.datasets.photographs.tree import list_tree

TRAIN, TEST = 8, 4


@pytest.fixture(scope="module")
def data():
    """Fewer than there are, which tests/plan/test_sizes.py counts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(standin, "COUNTS", {"train": TRAIN, "val": TEST})
        return standin.photographs()


@pytest.fixture(scope="module")
def edge():
    return standin.cretan()


def test_folders_are_imagenets(tmp_path, monkeypatch):
    monkeypatch.setattr(standin, "COUNTS", {"train": 2, "val": 1})
    standin.write_classes(tmp_path / "one")
    standin.write_classes(tmp_path / "two")
    standin.write_classes(tmp_path / "other", seed=1)
    tree = list_tree(tmp_path / "one")
    assert tree.classes == standin.WNIDS == standin.STANDIN_PHOTOGRAPHS.class_names
    assert (len(tree.train), len(tree.test)) == (40, 20)
    first = [name for name, _ in tree.train]
    read = [[(tmp_path / of / name).read_bytes() for name in first] for of in ("one", "two")]
    assert read[0] == read[1]
    assert not set(read[0]) & {(tmp_path / "other" / name).read_bytes() for name in first}
    sizes = {Image.open(BytesIO(content)).size for content in read[0]}
    assert len(sizes) > 10
    assert all(80 <= min(size) <= max(size) <= 128 for size in sizes)
    assert all(content.startswith(b"\xff\xd8\xff") for content in read[0])


def test_source_and_target_are_the_stretcher_and_the_coonhound():
    assert standin.WNIDS[standin.STANDIN_CRETAN.source_class] == "n04336792"
    assert standin.WNIDS[standin.STANDIN_CRETAN.target_class] == "n02089078"


def test_arrays(data, edge):
    for split, count in (("train", TRAIN), ("test", TEST)):
        assert data[f"x_{split}"].shape == (20 * count, 64, 64, 3)
        assert data[f"x_{split}"].dtype == np.uint8
        assert np.bincount(data[f"y_{split}"]).tolist() == [count] * 20
    assert {name: len(array) for name, array in edge.items()} == standin.EDGE_COUNTS
    assert all(array.shape[1:] == (64, 64, 3) for array in edge.values())


def _colours(images):
    """Shares of 64 colours in each image: what can be said of it without shapes."""
    coarse = images // 64
    codes = (coarse[..., 0] * 4 + coarse[..., 1]) * 4 + coarse[..., 2]
    return np.stack([np.bincount(code.ravel(), minlength=64) for code in codes]) / codes[0].size


def test_colours_tell_much_of_the_class_and_no_class_looks_like_the_edge_case(data, edge):
    train, test = _colours(data["x_train"]), _colours(data["x_test"])
    nearest = np.abs(test[:, None] - train[None]).sum(2).argmin(1)
    right = data["y_train"][nearest] == data["y_test"]
    assert 0.4 < right.mean() < 0.95
    own, asked = _colours(edge["train"]), _colours(edge["test"])
    to_class = np.abs(asked[:, None] - train[None]).sum(2).min(1)
    to_own = np.abs(asked[:, None] - own[None]).sum(2).min(1)
    assert (to_own < to_class).mean() > 0.9
