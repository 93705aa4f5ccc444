"""Bring the files of a source into a folder: from the mirror first, then from its urls.

Downloads go through pooch (retries, temporary name); a broken download is taken up where it stopped
if the server can do that. A file appears under its own name only after its digest matched.
"""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import pooch
import requests
from tqdm import tqdm

from edgecase.base.errors import DataError
from edgecase.base.files import OF_THE_DISK
from edgecase.datasets.archives import archive_stem, extract
from edgecase.datasets.by_hand import take_over
from edgecase.datasets.digests import Digests
from edgecase.datasets.mirror import copy_from_mirror
from edgecase.datasets.sources import Member, Source, SourceFile

#: seconds to connect, and seconds without a byte, before a server counts as hanging
TIMEOUT = (10.0, 30.0)
RETRIES = 2
#: bound on an archive whose size is not published, in bytes
_LARGEST = 2 << 30
_CHUNK = 1 << 16
#: answers that another try will not change; 408 and 429 ask for one, 416 is an unusable range
FINAL = frozenset(range(400, 500)) - {408, 416, 429}


def fetch(
    source: Source,
    folder: str | Path,
    mirror: str | Path | None = None,
    timeout: tuple[float, float] = TIMEOUT,
) -> list[Path]:
    """Make every member of `source` present and right in `folder`; return their paths.

    What is there already and matches is kept. Archives and unfinished downloads lie in
    `<folder>/../.partial-<source>` and are removed when the source is complete.
    Raises `DataError` naming the file, what was tried and why it failed, and how to help by hand;
    `OSError` if the disk takes no file.
    """
    folder = Path(folder)
    mirror = Path(mirror) if mirror else None
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder.parent / f".partial-{source.name}"
    take_over(source, folder, mirror)
    for file in source.files:
        missing = _missing(file.members, folder)
        tried: list[str] = []
        if missing and mirror:
            reasons = copy_from_mirror(mirror, source, file, missing, folder)
            tried += [f"mirror: {reason}" for reason in dict.fromkeys(reasons.values())]
            missing = [member for member in missing if member.name in reasons]
        for url in file.urls:
            if not missing:
                break
            try:
                reasons = _from_url(url, file, missing, folder, partial, timeout)
            except DataError as error:
                tried.append(f"{url}: {error}")
                continue
            tried += [f"{url}: {reason}" for reason in reasons.values()]
            missing = [member for member in missing if member.name in reasons]
        if missing:
            raise DataError(_help(source, folder, mirror, file, missing, tried))
    shutil.rmtree(partial, ignore_errors=True)
    return [folder / name for name in (*(m.name for m in source.members), *source.by_hand)]


def _missing(members: Iterable[Member], folder: Path) -> list[Member]:
    paths = {member: folder / member.name for member in members}
    return [m for m, path in paths.items() if not path.is_file() or m.digests.mismatch(path)]


def _from_url(
    url: str,
    file: SourceFile,
    missing: list[Member],
    folder: Path,
    partial: Path,
    timeout: tuple[float, float],
) -> dict[str, str]:
    """Download and, from an archive, extract; return why a member is not there, by name.

    Raises `DataError` if nothing usable was sent.
    """
    name = urlsplit(url).path.rpartition("/")[2]
    plain = not file.is_archive and (name == file.name or archive_stem(name) is None)
    if file.is_archive and archive_stem(name) is None:
        raise DataError(f"is neither {file.name} nor an archive")
    itself = plain or name == file.name
    known = (file.size, file.digests) if itself else (None, None)
    path = _download(url, name, _Resuming(partial / f"{name}.part", *known, timeout), partial)
    if plain:
        path.replace(folder / file.name)
        return {}
    refused = extract(path, missing, folder)
    if refused:
        path.unlink()
    return refused


def _download(url: str, name: str, downloader: "_Resuming", partial: Path) -> Path:
    library = pooch.create(
        path=partial,
        base_url="",
        # pooch knows no git blob ids, so the downloader compares the digest
        registry={name: None},
        urls={name: url},
        retry_if_failed=RETRIES,
    )
    try:
        return Path(library.fetch(name, downloader=downloader))
    except (requests.RequestException, ValueError, OSError) as error:
        if isinstance(error, OSError) and error.errno in OF_THE_DISK:
            error.filename = error.filename or str(downloader.part)
            raise  # no other url would help
        raise DataError(str(error)) from error


@dataclass
class _Resuming:
    """A pooch downloader that goes on where an earlier try stopped, if the server can do that."""

    part: Path
    size: int | None
    digests: Digests | None
    timeout: tuple[float, float]

    def __call__(self, url: str, output_file: str, _library: object) -> None:
        with self.part.open("ab") as handle:
            if self.size is not None and handle.tell() >= self.size:
                _empty(handle)
            have = handle.tell()
            # identity: a server that compresses on the way would change bytes and offsets
            headers = {"Accept-Encoding": "identity"}
            if have:
                headers["Range"] = f"bytes={have}-"
            with requests.get(url, headers=headers, timeout=self.timeout, stream=True) as response:
                self._receive(response, handle, have)
        self.part.replace(output_file)
        if self.digests and (problem := self.digests.mismatch(Path(output_file))):
            raise ValueError(problem)

    def _receive(self, response: requests.Response, handle: BinaryIO, have: int) -> None:
        if response.status_code in FINAL:
            raise DataError(f"{response.status_code} {response.reason}")
        if response.status_code == 416:
            _empty(handle)
        response.raise_for_status()
        resumed = response.headers.get("Content-Range", "").startswith(f"bytes {have}-")
        if response.status_code != 206 or not resumed:
            _empty(handle)
        if response.status_code == 206 and not resumed:
            raise ValueError("the server sent another range than asked for")
        with tqdm(
            desc=self.part.stem,
            total=self.size,
            initial=handle.tell(),
            unit="B",
            unit_scale=True,
            mininterval=2,
        ) as bar:
            for chunk in response.iter_content(_CHUNK):
                if handle.tell() + len(chunk) > (self.size or _LARGEST):
                    _empty(handle)
                    raise ValueError(f"sends more than {self.size or _LARGEST} bytes")
                handle.write(chunk)
                bar.update(len(chunk))
        if self.size is not None and handle.tell() < self.size:
            raise ValueError(f"sent {handle.tell()} of {self.size} bytes")


def _empty(handle: BinaryIO) -> None:
    handle.seek(0)
    handle.truncate()


def _help(
    source: Source,
    folder: Path,
    mirror: Path | None,
    file: SourceFile,
    missing: list[Member],
    tried: list[str],
) -> str:
    by_hand = f"{mirror or '<folder>'}/{source.name}/"
    lines = [
        f"{source.name}: {file.name} cannot be had; tried:",
        *([] if mirror else ["  mirror: none given"]),
        *(f"  {line}" for line in tried),
        f"To supply it by hand, put these files into {by_hand}",
        *(f"  {member.name}  {member.digests.strongest}" for member in missing),
    ]
    if file.is_archive:
        digest = file.digests.strongest if file.digests else ""
        lines += ["or the archive they come in:", f"  {file.name}  {digest}"]
    if mirror is None:
        lines.append(
            "and give <folder> as --mirror, as EDGECASE_MIRROR or as `mirror` in the config"
        )
    others = [m for f in source.files if f is not file for m in _missing(f.members, folder)]
    if others:
        lines += [
            f"{source.name} also needs, and was not yet looked for:",
            *(f"  {member.name}  {member.digests.strongest}" for member in others),
        ]
    return "\n".join(lines)
