"""Which files of a folder count, and what is said of a folder that does not do."""

import pytest

from edgecase.base.errors import DataError
from edgecase.datasets.photographs.tree import EdgeTree, Tree, list_images, list_tree


def touched(folder, *paths):
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).touch()
    return folder


def test_class_folders_alone(tmp_path):
    touched(tmp_path, "cat/b.JPG", "cat/a.png", "cat/deep/c.jpeg", "ant/x.JPEG")
    touched(tmp_path, "cat/.hidden.jpg", "cat/notes.txt", ".git/y.png", "loose.jpg")
    assert list_tree(tmp_path) == Tree(
        ("ant", "cat"),
        (("ant/x.JPEG", 0), ("cat/a.png", 1), ("cat/b.JPG", 1), ("cat/deep/c.jpeg", 1)),
        (),
        False,
    )


@pytest.mark.parametrize("test", ["test", "val"])
def test_own_split(tmp_path, test):
    touched(tmp_path, "train/a/1.jpg", "train/b/2.jpg", f"{test}/a/3.jpg", f"{test}/b/4.jpg")
    assert list_tree(tmp_path) == Tree(
        ("a", "b"),
        (("train/a/1.jpg", 0), ("train/b/2.jpg", 1)),
        ((f"{test}/a/3.jpg", 0), (f"{test}/b/4.jpg", 1)),
        True,
    )


def test_test_folder_without_classes_leaves_val_as_the_test(tmp_path):
    """As in ImageNet, whose test images have no labels."""
    touched(tmp_path, "train/a/1.jpg", "train/b/2.jpg", "val/a/3.jpg", "val/b/4.jpg", "test/5.jpg")
    assert [path for path, _ in list_tree(tmp_path).test] == ["val/a/3.jpg", "val/b/4.jpg"]


def test_all_problems_of_a_split_come_together(tmp_path):
    touched(tmp_path, "train/a/1.jpg", "train/b/2.jpg", "train/c/no.txt", "test/b/3.jpg")
    touched(tmp_path, "test/c/4.jpg", "test/d/5.jpg")
    with pytest.raises(DataError) as error:
        list_tree(tmp_path)
    assert str(error.value).splitlines() == [
        f"{tmp_path}/train: no folder, which test/ has, of d",
        f"{tmp_path}/train: no image in c; add images, or remove the folder",
        f"{tmp_path}/test: no folder, which train/ has, of a",
    ]


def test_ten_names_and_how_many_more(tmp_path):
    touched(tmp_path, *(f"c{n:02}/no.txt" for n in range(13)))
    with pytest.raises(DataError, match=r"no image in c00, .*, c09 and 3 more; add images"):
        list_tree(tmp_path)


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        ((), "no class folders; expected one folder"),
        (("a/1.jpg",), "the class folder a alone"),
        (("train/a/1.jpg", "train/b/1.jpg"), "beside train/ there is no test/ or val/"),
    ],
)
def test_too_few_classes(tmp_path, paths, message):
    with pytest.raises(DataError, match=message):
        list_tree(touched(tmp_path, *paths))


def test_missing_folder_and_file(tmp_path):
    touched(tmp_path, "file")
    for name, state in (("absent", "is missing"), ("file", "is a file")):
        for listed in (list_tree, list_images):
            with pytest.raises(DataError, match=f"{name}: {state}"):
                listed(tmp_path / name)


def test_name_that_is_no_text(tmp_path):
    touched(tmp_path, "a/1.jpg", "b/\udcff.jpg")
    with pytest.raises(DataError, match=r"not UTF-8 of 'b/\\udcff.jpg'"):
        list_tree(tmp_path)


def test_edge_set_of_one_folder(tmp_path):
    touched(tmp_path, "b.jpg", "more/a.PNG", ".c.jpg", "read.me")
    assert list_images(tmp_path) == EdgeTree(("b.jpg", "more/a.PNG"), (), (), False)


def test_edge_set_with_its_own_parts(tmp_path):
    touched(tmp_path, "train/a.jpg", "test/b.jpg")
    assert list_images(tmp_path) == EdgeTree(("train/a.jpg",), (), ("test/b.jpg",), True)
    touched(tmp_path, "honest/c.jpg")
    assert list_images(tmp_path).honest == ("honest/c.jpg",)


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        (("a.txt",), "no image; expected files whose names end in .jpg"),
        (("train/a.jpg",), "no folder, though it has the other, test"),
        (("train/a.jpg", "test/b.txt"), "no image in test"),
    ],
)
def test_edge_set_that_does_not_do(tmp_path, paths, message):
    with pytest.raises(DataError, match=message):
        list_images(touched(tmp_path, *paths))
