import numpy as np
from tests.datasets.made_up import member, rar, raw_files

from edgecase.datasets import EDGE_SETS
from edgecase.datasets.archives import extract


def image_text(images):
    """As published: ten decimals, one space between values."""
    rows = (" ".join(f"{value:.10f}" for value in row) for row in images.reshape(-1, 784))
    return ("\r\n".join(rows) + "\r\n").encode()


def label_text(labels):
    """As published: columns of width ten."""
    rows = ("".join(f"{int(k == y):>10}" for k in range(10)) for y in labels)
    return ("\r\n".join(rows) + "\r\n").encode()


def test_text_out_of_a_rar_becomes_images_and_labels(tmp_path):
    rng = np.random.default_rng(0)
    published, contents = {}, {}
    for split, count in (("train", 4), ("test", 2)):
        x, y = rng.integers(0, 256, (count, 28, 28), np.uint8), rng.integers(0, 10, count)
        published |= {f"x_{split}": x[..., None], f"y_{split}": y}
        contents[f"ARDIS_{split}_2828.csv"] = image_text(x)
        contents[f"ARDIS_{split}_labels.csv"] = label_text(y)
    archive = tmp_path / "pack.rar"
    archive.write_bytes(rar(contents))
    wanted = [member(name, content) for name, content in contents.items()]
    assert extract(archive, wanted, tmp_path / "raw") == {}
    assert (tmp_path / "raw" / "ARDIS_test_2828.csv").read_bytes() == image_text(x)

    arrays = EDGE_SETS["ardis"].build(raw_files(tmp_path / "raw", contents))
    for name, values in published.items():
        np.testing.assert_array_equal(arrays[name], values)
        assert arrays[name].dtype == (np.uint8 if name.startswith("x") else np.int64)
