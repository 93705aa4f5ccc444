"""List the images of a folder by their names alone, with classes or as an edge set."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edgecase.base.errors import DataError
from edgecase.datasets.photographs.flat import DEVKIT, KAGGLE, class_of_each, has_labels
from edgecase.datasets.photographs.problems import named

#: how the name of an image ends, in any case
ENDINGS = (".jpg", ".jpeg", ".png")

#: what a folder's test images are kept in; `test` first, where both have class folders
_TEST_FOLDERS = ("test", "val")


@dataclass(frozen=True)
class Tree:
    """The images of a folder with one folder per class.

    `train` and `test` hold (path below the folder with `/`, index in `classes`), sorted. `split`
    says that the folder has its own test images; else `test` is empty. `classes` is sorted.
    """

    classes: tuple[str, ...]
    train: tuple[tuple[str, int], ...]
    test: tuple[tuple[str, int], ...]
    split: bool


@dataclass(frozen=True)
class EdgeTree:
    """The images of an edge set: paths below its folder with `/`, sorted.

    `split` says that the folder has `train/` and `test/`, and perhaps `honest/`; else `train` holds
    every image and the others are empty.
    """

    train: tuple[str, ...]
    honest: tuple[str, ...]
    test: tuple[str, ...]
    split: bool


def list_tree(folder: str | Path) -> Tree:
    """The classes and images of `folder`: `<class>/…`, or `train/<class>/…` and `test/<class>/…`.

    `val/` may stand for `test/`, also without class folders where a list of ImageNet's labels lies
    beside it (`flat`). A class folder may have folders of its own. Hidden files and
    folders and other endings than `ENDINGS` are passed over. Raises `DataError`, with all problems
    and up to ten names each, for a folder without classes, fewer than two, a class without images,
    and one that training or test lacks.
    """
    folder = _folder(folder)
    tops = _folders(folder)
    tests = [name for name in _TEST_FOLDERS if name in tops and _folders(folder / name)]
    trained = "train" in tops and bool(_folders(folder / "train"))
    if trained and not tests and "val" in tops:
        return _with_flat_val(folder)
    if not (trained and tests):
        images = {name: _images(folder, name) for name in tops}
        problems = _too_few(tops, folder, "train" in tops)
        problems += _empty([name for name in tops if not images[name]], folder)
        _refuse(folder, problems, [path for paths in images.values() for path in paths])
        return Tree(tuple(tops), _labelled(tops, images), (), False)
    test = tests[0]
    parts = {
        part: {name: _images(folder, f"{part}/{name}") for name in _folders(folder / part)}
        for part in ("train", test)
    }
    classes = list(parts["train"])
    problems = _too_few(classes, folder / "train", False)
    for part, other in (("train", test), (test, "train")):
        missing = [name for name in parts[other] if name not in parts[part]]
        problems += _lacking(missing, f"{folder / part}: no folder, which {other}/ has, of")
        empty = [name for name, paths in parts[part].items() if not paths]
        problems += _empty(empty, folder / part)
    _refuse(
        folder, problems, [p for part in parts.values() for paths in part.values() for p in paths]
    )
    return Tree(
        tuple(classes), _labelled(classes, parts["train"]), _labelled(classes, parts[test]), True
    )


def _with_flat_val(folder: Path) -> Tree:
    """The tree of ImageNet whose validation images lie in one folder; those of no class that
    `train/` has are left out."""
    if not has_labels(folder):
        raise DataError(
            f"{folder}: val/ has no class folders; expected these, or beside it {KAGGLE} or "
            f"{DEVKIT}/, which say what its images show"
        )
    classes = _folders(folder / "train")
    images = {name: _images(folder, f"train/{name}") for name in classes}
    labels = class_of_each(folder, _images(folder, "val"))
    numbers = {name: number for number, name in enumerate(classes)}
    tested = sorted((path, numbers[name]) for path, name in labels.items() if name in numbers)
    shown = {number for _, number in tested}
    problems = _too_few(classes, folder / "train", False)
    problems += _empty([name for name in classes if not images[name]], folder / "train")
    problems += _lacking(
        [name for name in classes if numbers[name] not in shown], f"{folder / 'val'}: no image of"
    )
    _refuse(folder, problems, [path for paths in images.values() for path in paths])
    return Tree(tuple(classes), _labelled(classes, images), tuple(tested), True)


def list_images(folder: str | Path) -> EdgeTree:
    """The images of an edge set: anywhere in `folder`, or in its `train/`, `test/`, `honest/`.

    Raises `DataError` for a missing folder, one without images, and an empty or missing part.
    """
    folder = _folder(folder)
    tops = _folders(folder)
    if "train" not in tops and "test" not in tops:
        images = _images(folder, "")
        _refuse(folder, [] if images else [_no_images(folder)], images)
        return EdgeTree(tuple(images), (), (), False)
    parts = {part: _images(folder, part) for part in ("train", "honest", "test") if part in tops}
    missing = [part for part in ("train", "test") if part not in parts]
    problems = _lacking(missing, f"{folder}: no folder, though it has the other,")
    problems += _empty([part for part in parts if not parts[part]], folder)
    _refuse(folder, problems, [path for paths in parts.values() for path in paths])
    return EdgeTree(
        tuple(parts["train"]), tuple(parts.get("honest", ())), tuple(parts["test"]), True
    )


def _folder(folder: str | Path) -> Path:
    folder = Path(folder)
    if not folder.is_dir():
        state = "is a file" if folder.exists() else "is missing"
        raise DataError(f"{folder}: {state}; expected a folder of images")
    return folder


def _folders(folder: Path) -> list[str]:
    """The names of the folders in `folder` that are not hidden, sorted."""
    with os.scandir(folder) as entries:
        return sorted(e.name for e in entries if not e.name.startswith(".") and e.is_dir())


def _images(folder: Path, below: str) -> list[str]:
    """The images at any depth of `below` in `folder`, as paths from `folder`, sorted.

    A link to a folder further down is not followed: it may lead round in a circle.
    """
    top = folder / below
    found = []
    for place, folders, files in os.walk(top):
        folders[:] = [name for name in folders if not name.startswith(".")]
        inner = os.path.relpath(place, folder).replace(os.sep, "/")
        prefix = "" if inner == "." else f"{inner}/"
        found += [prefix + name for name in files if _is_image(name)]
    return sorted(found)


def _is_image(name: str) -> bool:
    return not name.startswith(".") and name.lower().endswith(ENDINGS)


def _labelled(classes: Sequence[str], images: dict[str, list[str]]) -> tuple[tuple[str, int], ...]:
    return tuple(
        sorted((path, index) for index, name in enumerate(classes) for path in images[name])
    )


def _too_few(classes: Sequence[str], folder: Path, halved: bool) -> list[str]:
    """The problem of fewer than two classes; `halved` where a `train/` stands alone."""
    if len(classes) >= 2:
        return []
    found = f"the class folder {classes[0]} alone" if classes else "no class folders"
    hint = "; beside train/ there is no test/ or val/ with class folders" if halved else ""
    return [f"{folder}: {found}; expected one folder of images per class, at least 2{hint}"]


def _lacking(names: Sequence[str], text: str) -> list[str]:
    return [f"{text} {named(names)}"] if names else []


def _empty(names: Sequence[str], folder: Path) -> list[str]:
    told = _lacking(names, f"{folder}: no image in")
    return [f"{line}; add images, or remove the folder" for line in told]


def _no_images(folder: Path) -> str:
    return f"{folder}: no image; expected files whose names end in {', '.join(ENDINGS)}"


def _refuse(folder: Path, problems: list[str], paths: Sequence[str]) -> None:
    """Raise all `problems` as one `DataError`, and names that no text file can hold."""
    unwritable = [ascii(path) for path in paths if not _is_utf8(path)]
    problems = problems + _lacking(unwritable, f"{folder}: the name is not UTF-8 of")
    if problems:
        raise DataError("\n".join(problems))


def _is_utf8(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
