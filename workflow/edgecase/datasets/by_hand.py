"""Take over files that no program can download, which the user puts into the mirror."""

from pathlib import Path

from edgecase.base.errors import DataError
from edgecase.datasets.sources import Source


def lacking(source: Source, *folders: Path) -> list[str]:
    """The files by hand of a source that none of `folders` holds."""
    return [
        name for name in source.by_hand if not any((folder / name).exists() for folder in folders)
    ]


def take_over(source: Source, folder: Path, mirror: Path | None) -> None:
    """Link each file by hand, or folder of files, from `<mirror>/<source>/` into `folder`.

    What is in `folder` already is kept. Raises `DataError`, naming all that is missing and where
    it goes.
    """
    supplied = [mirror / source.name] if mirror else []
    if missing := lacking(source, folder, *supplied):
        lines = [
            f"{source.name}: {', '.join(missing)} cannot be downloaded; get it from "
            f"{source.homepage} and put it, or links to it, into {mirror or '<folder>'}/"
            f"{source.name}/:",
            *(f"  {name}" for name in source.by_hand),
        ]
        if mirror is None:
            lines.append(
                "and give <folder> as --mirror, as EDGECASE_MIRROR or as `mirror` in the config"
            )
        raise DataError("\n".join(lines))
    for name in lacking(source, folder):
        (folder / name).unlink(missing_ok=True)  # a link to what is gone
        (folder / name).symlink_to((supplied[0] / name).resolve())
