"""Say of a source whether it is there, in the mirror, or at an address that answers."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

from edgecase.datasets.by_hand import lacking
from edgecase.datasets.fetch import FINAL, TIMEOUT
from edgecase.datasets.mirror import may_hold
from edgecase.datasets.sources import Source, SourceFile


def is_complete(source: Source, folder: Path) -> bool:
    """Whether every file that is kept of the source is in `folder`, whole and unaltered."""
    paths = {member: folder / member.name for member in source.members}
    return not lacking(source, folder) and all(
        path.is_file() and not member.digests.mismatch(path) for member, path in paths.items()
    )


def size(source: Source) -> int:
    """The bytes of a download, at most."""
    return sum(
        file.size or sum(member.max_size for member in file.members) for file in source.files
    )


def answers(url: str) -> bool:
    """Whether a download from this address is worth trying."""
    try:
        with requests.get(url, timeout=TIMEOUT, stream=True) as response:
            return response.status_code not in FINAL
    except (requests.RequestException, ValueError):
        return False


def out_of_reach(
    sources: Iterable[Source], mirror: Path | None, reached: Callable[[str], bool] = answers
) -> list[Source]:
    """The sources that have a file neither in the mirror nor at an address that is `reached`."""

    def has(entry: tuple[Source, SourceFile]) -> bool:
        source, file = entry
        return (mirror is not None and may_hold(mirror, source, file)) or any(
            map(reached, file.urls)
        )

    sources = list(sources)
    files = [(source, file) for source in sources for file in source.files]
    # Where there is no network, waiting is all that is done.
    with ThreadPoolExecutor(max_workers=8) as pool:
        found = list(pool.map(has, files))
    without = [source for (source, _), there in zip(files, found, strict=True) if not there]
    for source in sources:
        if lacking(source, *([mirror / source.name] if mirror else [])):
            without.append(source)
    return list(dict.fromkeys(without))


def by_hand(sources: Iterable[Source], mirror: Path | None) -> str:
    """What to put where, for those who have to bring the files themselves."""
    lines = [f"Put these files, or what is in the archives, into {mirror or '<folder>'}:"]
    for source in sources:
        names = (*(file.name for file in source.files), *source.by_hand)
        lines += [f"  {source.name}/{name}" for name in names]
    if mirror is None:
        lines.append("and name <folder> as `mirror` in the configuration or as EDGECASE_MIRROR;")
    return "\n".join([*lines, "docs/data.md says more."])


def listing(
    sources: Iterable[Source], raw: Path, made_of: Mapping[str, Path], mirror: Path | None
) -> str:
    """A line for each source, and for the missing ones what to do without internet.

    `made_of` says which prepared file stands for a source's files where it is there already.
    """
    lines, missing = [], []
    for source in sources:
        if is_complete(source, raw / source.name):
            state = f"there: {raw / source.name}"
        elif (prepared := made_of.get(source.name)) and prepared.is_file():
            state = f"not needed: {prepared} is made"
        elif mirror and _mirrored(source, mirror):
            state = f"in the mirror: {mirror}"
        else:
            state = "missing: the run downloads it"
            if source.by_hand:
                state = "missing: no program can download it"
            missing.append(source)
        lines.append(f"  {source.name:12} {_megabytes(size(source)):>9}  {state}")
    if missing:
        lines += ["Without internet:", by_hand(missing, mirror)]
    return "\n".join(lines or ["  none: what it uses comes with the project"])


def _mirrored(source: Source, mirror: Path) -> bool:
    """Whether the mirror holds, by their names, all files of the source."""
    return not lacking(source, mirror / source.name) and all(
        may_hold(mirror, source, file) for file in source.files
    )


def _megabytes(count: int) -> str:
    return f"{count / 1e6:.1f} MB"
