"""Label ImageNet's validation images that lie in one folder, by the list that comes with them."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from edgecase.base.errors import DataError
from edgecase.base.lazy import lazy

scipy_io = lazy("scipy.io")

#: the list of Kaggle's copy: of each image its class, and the boxes around what it shows
KAGGLE = "LOC_val_solution.csv"
#: the list of the development kit, a number of each image in their order, and what numbers mean
DEVKIT = "ILSVRC2012_devkit_t12/data"
_TRUTH = "ILSVRC2012_validation_ground_truth.txt"
_META = "meta.mat"


def has_labels(folder: Path) -> bool:
    """Whether `folder` holds a list of the validation images' classes."""
    return (folder / KAGGLE).is_file() or (folder / DEVKIT / _TRUTH).is_file()


def class_of_each(folder: Path, images: Sequence[str]) -> dict[str, str]:
    """Path → WordNet id of the `images`, as the list in `folder` says.

    Raises `DataError` for a list that cannot be read or does not name every image.
    """
    if (folder / KAGGLE).is_file():
        return _by_name(images, folder / KAGGLE, _of_kaggle(folder / KAGGLE))
    path = folder / DEVKIT / _TRUTH
    names = _of_devkit(folder / DEVKIT)
    if len(names) != len(images):
        raise DataError(f"{path}: labels {len(names)} images; {folder} has {len(images)}")
    return dict(zip(sorted(images), names, strict=True))


def _by_name(images: Sequence[str], path: Path, known: Mapping[str, str]) -> dict[str, str]:
    stems = {image: Path(image).stem for image in images}
    if unknown := [image for image, stem in stems.items() if stem not in known]:
        raise DataError(f"{path}: {len(unknown)} images have no label in it, such as {unknown[0]}")
    return {image: known[stem] for image, stem in stems.items()}


def _of_kaggle(path: Path) -> dict[str, str]:
    """Name → WordNet id, the first word of what is written of an image."""
    try:
        with path.open(encoding="utf-8", newline="") as handle:
            return {
                row["ImageId"]: row["PredictionString"].split()[0] for row in csv.DictReader(handle)
            }
    except (OSError, ValueError, LookupError, AttributeError, csv.Error) as error:
        raise DataError(
            f"{path}: expected the columns ImageId and PredictionString, whose first word is a "
            f"class ({error})"
        ) from error


def _of_devkit(folder: Path) -> list[str]:
    """The WordNet ids in the order of the images."""
    try:
        synsets = scipy_io.loadmat(folder / _META, squeeze_me=True)["synsets"]
        # Those with children are no classes of the challenge.
        names = {
            int(number): str(name)
            for number, name, children in zip(
                *(synsets[key] for key in ("ILSVRC2012_ID", "WNID", "num_children")), strict=True
            )
            if children == 0
        }
        numbers = (folder / _TRUTH).read_text(encoding="ascii").split()
        return [names[int(number)] for number in numbers]
    # What is damaged can raise almost anything from inside the reader of MATLAB's files.
    except Exception as error:
        raise DataError(
            f"{folder}: {_META} and {_TRUTH} cannot be read as ImageNet's labels ({error!r})"
        ) from error
