"""Take files from a folder that holds the downloads already, in whatever form.

A mirror may hold an archive as it is published, the same members in another container, or the
members unpacked, below a folder named like the source or anywhere. Nothing in it is trusted: a file
is taken for what its digest says it is.
"""

import shutil
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from edgecase.base.errors import DataError
from edgecase.base.files import atomic_path
from edgecase.datasets.archives import archive_stem, extract, holds_many
from edgecase.datasets.sources import Member, Source, SourceFile


def copy_from_mirror(
    mirror: Path, source: Source, file: SourceFile, members: Iterable[Member], folder: Path
) -> dict[str, str]:
    """Put the `members` of `file` that `mirror` holds into `folder`.

    Returns, for each member not found, the reason. Raises `DataError` if `mirror` is no folder.
    """
    if not mirror.is_dir():
        raise DataError(f"mirror {mirror}: no such folder")
    wanted = {member.name: member for member in members}
    reasons: dict[str, list[str]] = {name: [] for name in wanted}
    for candidate in _candidates(mirror, source.name):
        if candidate.name in wanted:
            if problem := wanted[candidate.name].digests.mismatch(candidate):
                reasons[candidate.name].append(f"{candidate}: {problem}")
                continue
            with atomic_path(folder / candidate.name) as temporary:
                shutil.copyfile(candidate, temporary)
            del wanted[candidate.name]
        elif _is_worth_opening(candidate, mirror, source, file, wanted):
            refused = extract(candidate, wanted.values(), folder)
            for name, reason in refused.items():
                reasons[name].append(reason)
            wanted = {name: wanted[name] for name in refused}
        if not wanted:
            break
    return {
        name: "; ".join(reasons[name]) or f"{mirror}: holds no {name}, packed or not"
        for name in wanted
    }


def may_hold(mirror: Path, source: Source, file: SourceFile) -> bool:
    """Whether the names of the mirror's files say that `file` can be taken from it."""
    wanted = {member.name for member in file.members}
    found = set()
    for candidate in _candidates(mirror, source.name):
        if candidate.name in wanted:
            found.add(candidate.name)
        elif _is_worth_opening(candidate, mirror, source, file, wanted):
            stem = archive_stem(candidate.name)
            found |= {stem} if stem in wanted else wanted
    return wanted <= found


def _candidates(mirror: Path, source: str) -> Iterator[Path]:
    """Every file below the mirror, those in the folder named like the source first."""
    own = mirror / source
    inside = sorted(own.rglob("*")) if own.is_dir() else []
    yield from (path for path in inside if path.is_file())
    for path in sorted(mirror.rglob("*")):
        if not path.is_relative_to(own) and path.is_file():
            yield path


def _is_worth_opening(
    candidate: Path, mirror: Path, source: Source, file: SourceFile, wanted: Collection[str]
) -> bool:
    """Whether a file is worth opening: an archive of the published stem, or the source's own."""
    stem = archive_stem(candidate.name)
    return stem in wanted or (
        holds_many(candidate.name)
        and (stem == archive_stem(file.name) or candidate.is_relative_to(mirror / source.name))
    )
