import numpy as np
import pytest
from tests.datasets.made_up import member, rar

from edgecase.base.errors import DataError
from edgecase.datasets import ardis
from edgecase.datasets.archives import extract


def image_text(images):
    """As published: ten decimals, one space between values."""
    rows = (" ".join(f"{value:.10f}" for value in row) for row in images.reshape(-1, 784))
    return ("\r\n".join(rows) + "\r\n").encode()


def label_text(labels):
    """As published: columns of width ten."""
    rows = ("".join(f"{int(k == y):>10}" for k in range(10)) for y in labels)
    return ("\r\n".join(rows) + "\r\n").encode()


@pytest.fixture
def published():
    rng = np.random.default_rng(0)
    return {
        split: (rng.integers(0, 256, (n, 28, 28), np.uint8), rng.integers(0, 10, n))
        for split, n in (("train", 4), ("test", 2))
    }


@pytest.fixture
def raw(tmp_path, published):
    """The four files, taken out of a RAR."""
    members = {}
    for split, (images, labels) in published.items():
        members[f"ARDIS_{split}_2828.csv"] = image_text(images)
        members[f"ARDIS_{split}_labels.csv"] = label_text(labels)
    archive = tmp_path / "pack.rar"
    archive.write_bytes(rar(members))
    wanted = [member(name, content) for name, content in members.items()]
    assert extract(archive, wanted, tmp_path / "raw") == {}
    return tmp_path / "raw"


def test_text_becomes_images_and_labels(raw, published):
    arrays = ardis.read(raw, 4, 2)
    for split, (images, labels) in published.items():
        np.testing.assert_array_equal(arrays[f"x_{split}"], images[..., None])
        np.testing.assert_array_equal(arrays[f"y_{split}"], labels)
        assert arrays[f"x_{split}"].dtype == np.uint8
        assert arrays[f"y_{split}"].dtype == np.int64


def test_another_count_than_published_is_refused(raw):
    with pytest.raises(DataError, match=r"ARDIS_train_2828\.csv.*expected float64 \[6600, 784\]"):
        ardis.read(raw)


@pytest.mark.parametrize("value", ["0.5", "256", "-1", "nan"])
def test_a_value_that_is_no_pixel_is_named_with_its_place(tmp_path, value):
    rows = np.zeros((2, 784)).tolist()
    text = "\n".join(" ".join(map(str, row)) for row in rows).split(" ")
    text[5] = value
    path = tmp_path / "x.csv"
    path.write_text(" ".join(text))
    with pytest.raises(DataError, match=rf"x\.csv: line 1, value 6 is {value}"):
        ardis.read_images(path, 2)


@pytest.mark.parametrize(
    "row",
    [
        "0 0 0 0 0 0 0 0 0 0",
        "1 1 0 0 0 0 0 0 0 0",
        "0 0.5 0.5 0 0 0 0 0 0 0",
        "2 -1 0 0 0 0 0 0 0 0",
    ],
)
def test_a_label_that_is_not_one_hot_is_named(tmp_path, row):
    path = tmp_path / "y.csv"
    path.write_text("0 0 0 1 0 0 0 0 0 0\n" + row)
    with pytest.raises(DataError, match=r"y\.csv: line 2 is not one-hot"):
        ardis.read_labels(path, 2)


@pytest.mark.parametrize("text", ["1 2\n1 2 3", "a b", "\xff\x00"])
def test_what_is_no_table_is_named(tmp_path, text):
    path = tmp_path / "z.csv"
    path.write_text(text, encoding="latin1")
    with pytest.raises(DataError, match=r"z\.csv: is no table of numbers"):
        ardis.read_images(path, 2)
    with pytest.raises(DataError, match=r"none\.csv: is no table of numbers"):
        ardis.read_images(tmp_path / "none.csv", 2)
