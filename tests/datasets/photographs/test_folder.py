"""A folder from its files to arrays, index, counts and contact sheet."""

import hashlib
import os

import numpy as np
import pytest
from PIL import Image
from tests.datasets.photographs.made_up import encoded, photo, written

from edgecase.base.errors import ConfigError, DataError
from edgecase.datasets.photographs.arrays import read_edge_folder, read_folder
from edgecase.datasets.photographs.counts import write_counts
from edgecase.datasets.photographs.decode import decode
from edgecase.datasets.photographs.index import changes, read_index, write_index
from edgecase.datasets.photographs.inspect import inspect
from edgecase.datasets.photographs.sheet import contact_sheet
from edgecase.datasets.photographs.shrink import shrink
from edgecase.datasets.photographs.tree import list_tree


@pytest.fixture
def folder(tmp_path):
    """Two classes of five photographs."""
    names = [(name, n) for name in ("ant", "bee") for n in range(5)]
    return written(
        tmp_path / "mine", {f"{name}/{n}.jpg": photo(i) for i, (name, n) in enumerate(names)}
    )


def test_folder_becomes_arrays(folder):
    prepared = read_folder(folder, size=16, test_share=0.4)
    assert prepared.classes == ("ant", "bee")
    assert prepared.crossing is None
    assert (len(prepared.x_train), len(prepared.x_test)) == (6, 4)
    for part, x, y in (
        ("train", prepared.x_train, prepared.y_train),
        ("test", prepared.x_test, prepared.y_test),
    ):
        records = [record for record in prepared.records if record.split == part]
        assert (x.dtype, y.dtype, len(records)) == (np.uint8, np.int64, len(x))
        for record, image, label in zip(records, x, y, strict=True):
            assert record.class_index == label == ["ant", "bee"].index(record.path[:3])
            np.testing.assert_array_equal(image, shrink(decode(folder / record.path), 16))
    again = read_folder(folder, size=16, test_share=0.4, threads=1)
    np.testing.assert_array_equal(again.x_test, prepared.x_test)
    assert again.records == prepared.records


def test_records_say_what_the_files_are(folder):
    grey = encoded(Image.fromarray(photo(20, 24, 64)).convert("L"), "PNG")
    written(folder, {"ant/grey.png": grey})
    records = {record.path: record for record in inspect(folder, list_tree(folder))[0]}
    record = records["ant/grey.png"]
    assert (record.width, record.height, record.mode) == (64, 24, "L")
    assert (record.bytes, record.sha256) == (len(grey), hashlib.sha256(grey).hexdigest())
    assert (record.class_index, record.class_name, record.split) == (0, "ant", "train")


def test_own_split_stays_and_photos_on_both_sides_are_told(folder, tmp_path):
    files = {
        f"{part}/{k}/{n}.png": photo(n + 9 * k)
        for part in ("train",)
        for k in (0, 1)
        for n in (1, 2)
    }
    files |= {"test/0/a.jpg": photo(50), "test/0/b.jpg": photo(10), "test/1/c.jpg": photo(60)}
    own = read_folder(written(tmp_path / "own", files), size=16, test_share=0.5)
    assert own.y_test.tolist() == [0, 0, 1]
    assert own.crossing == "1 of 3 test images nearly equal a training image: test/0/b.jpg"
    copies = {r.path: r.near_duplicate_of for r in own.records if r.near_duplicate_of}
    assert copies == {"test/0/b.jpg": "train/1/1.png"}


def test_files_that_cannot_be_used_are_named_by_reason(folder):
    whole = encoded(photo(30))
    written(folder, {f"ant/cut{n:02}.jpg": whole[:-9] for n in range(12)})
    written(folder, {"bee/text.png": b"hello", "bee/tiny.jpg": photo(1)[:4]})
    with pytest.raises(DataError) as error:
        read_folder(folder, size=16, test_share=0.4)
    cut = ", ".join(f"ant/cut{n:02}.jpg" for n in range(10))
    it, them = (f"; convert or remove {files}" for files in ("it", "them"))
    assert str(error.value).splitlines() == [
        f"{folder}: 12 files cannot be used, broken or truncated: {cut} and 2 more{them}",
        f"{folder}: 1 file cannot be used, neither JPEG nor PNG: bee/text.png{it}",
        f"{folder}: 1 file cannot be used, under 8 pixels wide or high: bee/tiny.jpg{it}",
    ]


def test_edge_folder_in_three_parts(tmp_path):
    files = {f"{n:02}.jpg": photo(n % 18) for n in range(20)}
    edges = read_edge_folder(written(tmp_path, files), size=16)
    parts = {part: getattr(edges, part) for part in ("train", "honest", "test")}
    assert sum(map(len, parts.values())) == 20
    assert abs(len(edges.test) - 5) <= 1
    assert abs(len(edges.honest) - 5) <= 1
    split = {record.path: record.split for record in edges.records}
    assert split["00.jpg"] == split["18.jpg"]
    assert split["01.jpg"] == split["19.jpg"]
    for part, images in parts.items():
        paths = [record.path for record in edges.records if record.split == part]
        for path, image in zip(paths, images, strict=True):
            np.testing.assert_array_equal(image, shrink(decode(tmp_path / path), 16))
    none = read_edge_folder(tmp_path, size=16, shares=(0.7, 0, 0.3))
    assert len(none.honest) == 0


def test_edge_folder_with_its_own_parts(tmp_path):
    files = {"train/a.jpg": photo(1), "train/b.jpg": photo(2), "test/c.jpg": photo(1)}
    edges = read_edge_folder(written(tmp_path, files), size=16)
    assert (len(edges.train), len(edges.honest), len(edges.test)) == (2, 0, 1)
    assert edges.crossing == "1 of 1 test images nearly equal a training image: test/c.jpg"


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.5, 0.5, 0.5), (1, 0, 0), (0, 0.5, 0.5)])
def test_shares_that_are_none(tmp_path, shares):
    with pytest.raises(ConfigError, match="three numbers that add up to 1"):
        read_edge_folder(tmp_path, size=16, shares=shares)


def test_too_few_photos_for_an_edge_set_name_the_folder(tmp_path):
    with pytest.raises(DataError, match=rf"{tmp_path}: no test or no training image"):
        read_edge_folder(written(tmp_path, {"a.jpg": photo(1)}), size=16)


def test_index_is_read_as_it_was_written(folder, tmp_path):
    written(folder, {'bee/odd, "name".jpg': photo(3)})
    records = read_folder(folder, size=16, test_share=0.4).records
    write_index(tmp_path / "index.csv", records)
    assert read_index(tmp_path / "index.csv") == records
    header = (tmp_path / "index.csv").read_text().splitlines()[0]
    assert header == "path,class,split,width,height,mode,bytes,sha256,near_duplicate_of"
    assert any(record.near_duplicate_of for record in records)


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "cut"])
def test_index_that_is_none(folder, tmp_path, text):
    write_index(tmp_path / "index.csv", read_folder(folder, size=16, test_share=0.4).records)
    whole = (tmp_path / "index.csv").read_text()
    (tmp_path / "bad.csv").write_text(whole[:-90] if text == "cut" else text)
    with pytest.raises(DataError, match=r"bad.csv: not a readable index"):
        read_index(tmp_path / "bad.csv")


def test_changes_of_a_folder(folder, tmp_path, monkeypatch):
    index = tmp_path / "index.csv"
    write_index(index, read_folder(folder, size=16, test_share=0.4).records)
    later = index.stat().st_mtime + 100
    os.utime(index, (later, later))

    def unread(_path):
        raise AssertionError("an unchanged file was read")

    with monkeypatch.context() as patched:
        patched.setattr("edgecase.datasets.photographs.index._sha256", unread)
        assert changes(folder, index) is None
    # Touched, with the same bytes; and another content of the same size.
    os.utime(folder / "ant/0.jpg", (later + 9, later + 9))
    assert changes(folder, index) is None
    content = bytearray((folder / "ant/1.jpg").read_bytes())
    content[-3] ^= 1
    (folder / "ant/1.jpg").write_bytes(content)
    os.utime(folder / "ant/1.jpg", (later + 9, later + 9))
    written(folder, {"ant/2.jpg": photo(99, 80, 80), "bee/new.jpg": photo(98)})
    (folder / "bee/0.jpg").unlink()
    (folder / "bee/0.jpg").symlink_to("nowhere")
    assert changes(folder, index) == (
        f"{folder}: has changed since {index} was written; files 1 new: bee/new.jpg; "
        "1 missing: bee/0.jpg; 2 of another content: ant/1.jpg, ant/2.jpg"
    )


def test_changes_of_a_folder_that_is_gone(tmp_path):
    edges = written(tmp_path / "edges", {f"{n}.jpg": photo(n) for n in range(4)})
    write_index(tmp_path / "index.csv", read_edge_folder(edges, size=16).records)
    assert changes(edges, tmp_path / "index.csv") is None
    edges.rename(tmp_path / "moved")
    assert "edges: is missing" in (changes(edges, tmp_path / "index.csv") or "")


def test_counts(folder, tmp_path):
    write_counts(tmp_path / "counts.csv", read_folder(folder, size=16, test_share=0.4).records)
    assert (tmp_path / "counts.csv").read_text() == "class,train,test\nant,3,2\nbee,3,2\n"
    edges = written(tmp_path / "edges", {f"{n}.jpg": photo(n) for n in range(4)})
    write_counts(tmp_path / "counts.csv", read_edge_folder(edges, size=16).records)
    assert (tmp_path / "counts.csv").read_text() == "class,train,honest,test\n,2,1,1\n"


def test_contact_sheet_shows_images_by_class_and_part(tmp_path):
    colours = [(10 * k, 40, 200) for k in range(22)]
    images = [np.full((9, 16, 16, 3), colour, np.uint8) for colour in colours]
    rows = [{"train": each, "test": 255 - each[:2]} for each in images]
    names = [f"a class with a long name {k}" for k in range(22)]
    contact_sheet(tmp_path / "sheet.png", rows, names)
    with Image.open(tmp_path / "sheet.png") as sheet:
        pixels = {colour: count for count, colour in sheet.getcolors(1 << 20)}
    # Eight of nine training images, both test images; twenty of twenty-two classes.
    inside = 70 * 70
    for k, colour in enumerate(colours):
        inverse = tuple(255 - value for value in colour)
        assert pixels.get(colour, 0) == (8 * inside if k < 20 else 0)
        assert pixels.get(inverse, 0) == (2 * inside if k < 20 else 0)
