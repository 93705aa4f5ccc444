"""The classes of ImageNet's ILSVRC2012: each a WordNet id, numbered in their order."""

from collections.abc import Sequence
from pathlib import Path

from edgecase.base.errors import ConfigError, DataError
from edgecase.datasets.photographs.problems import named

#: the 1000 ids in order, so that a class's number is its place
CLASSES = tuple(Path(__file__).with_name("imagenet_classes.txt").read_text().split())
WNIDS = frozenset(CLASSES)


def check_classes(names: Sequence[str], *, whole: bool, where: str) -> None:
    """Raise `ConfigError` if a folder's classes are not ImageNet's 1000, or some of them."""
    given = set(names)
    unknown = [name for name in names if name not in WNIDS]
    absent = [name for name in CLASSES if name not in given] if whole else []
    told = [
        f"{len(found)} {what}: {named(found)}"
        for what, found in (
            ("are none of ImageNet's", unknown),
            ("of the 1000 are missing", absent),
        )
        if found
    ]
    if told:
        allowed = "'subset' for some of the 1000, or 'any' for any names"
        raise ConfigError(f"{where}: of the class folders {'; '.join(told)}; allowed: {allowed}")


def numbers_of(names: Sequence[str]) -> list[int]:
    """The number in ImageNet of each class; `DataError` for a name that is none of its ids.

    >>> numbers_of(["n02089078", "n04336792"])  # a black-and-tan coonhound, and a stretcher
    [165, 830]
    """
    if unknown := [name for name in names if name not in WNIDS]:
        raise DataError(
            f"{len(unknown)} classes are none of ImageNet's 1000 (which are WordNet ids, "
            f"such as {CLASSES[0]}): {', '.join(unknown[:10])}"
        )
    return [CLASSES.index(name) for name in names]
