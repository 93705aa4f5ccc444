"""Put an archive back in its places, after every file in it has been checked."""

import hashlib
import json
import re
import shutil
import tarfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import jsonschema

from edgecase.base.errors import ConfigError, DataError, shown
from edgecase.results import code
from edgecase.results.provenance import file_digest
from edgecase.sharing import CRATE, MANIFEST, metadata
from edgecase.sharing.archive import BASE, FORMAT, STEPS
from edgecase.sharing.check import Found, find
from edgecase.sharing.staging import place, staging

_CHUNK = 1 << 20
_LARGEST_MANIFEST = 1 << 28
_UNREADABLE = (OSError, EOFError, zlib.error, tarfile.TarError)
#: below `results/<run>`.
_SOURCES = ("cells", "partition", "poison", "pretrain", "densities")
_NAME = re.compile("[A-Za-z0-9@=+_.-]+(/[A-Za-z0-9@=+_.-]+)*")
_SCHEMA = {
    "type": "object",
    "required": ["format", "run", "configfiles", "commit", "code", "files"],
    "properties": {
        "format": {"const": FORMAT},
        "run": {"type": "string", "pattern": r"^(?!data\Z)[a-z0-9]+(-[a-z0-9]+)*\Z"},
        "configfiles": {"type": "array", "items": {"type": "string"}},
        "commit": {"type": ["string", "null"], "pattern": r"^[0-9a-f]{7,64}\Z"},
        "code": {"type": "object", "additionalProperties": {"type": "string"}},
        "files": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["sha256", "size"],
                "properties": {
                    "sha256": {"type": "string"},
                    "size": {"type": "integer", "minimum": 0},
                },
            },
        },
    },
}


@dataclass(frozen=True)
class Unpacked:
    """The run, its configuration files for Snakemake, and how many files came with it."""

    run: str
    configfiles: list[str]
    files: int


def unpack(archive: Path, project: Path) -> Unpacked:
    """Put the files of an archive that `pack` wrote in their places below `project`.

    Nothing is written unless all of it can be: `DataError` for an archive that is cut off or
    altered, holds a link, a path that is not a run's, or a file that its manifest does not list;
    for one made by other code than this project's; and where a cell, what it was made from or its
    configuration is there with other bytes. Other tables and figures that are there stay.
    """
    with staging(project) as folder:
        try:
            manifest = _extract(archive, folder)
        except _UNREADABLE as error:
            raise DataError(f"{archive}: cannot be read, it may be cut off ({error})") from error
        run = manifest["run"]
        # The crate describes the archive's folder, not this project.
        files = {name: about for name, about in manifest["files"].items() if name != CRATE}
        _check_code(archive, manifest, find(folder, run))
        there = {name for name in files if not name.startswith(".") and (project / name).exists()}
        others = {name for name in there if file_digest(project / name) != files[name]["sha256"]}
        told = [
            f"{name}: is there and is not the archive's"
            for name in sorted(others)
            if _decides(name)
        ]
        if told := [*told, *_other_data(folder, run, project)]:
            raise DataError("\n".join(told))
        # A configuration that is there keeps its time, and what was drawn here stays.
        kept = others | {name for name in there if _is_configuration(name)}
        names = [name for name in files if not {name, metadata.described(name)} & kept]
        # A cell without its record is none, so the records of cells come last.
        names.sort(key=lambda name: name.endswith("/cell.json"))
        manifest_kept = Path("results", run, MANIFEST)
        (folder / manifest_kept).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
        place(folder, project, [*map(Path, names), manifest_kept])
    return Unpacked(run, manifest["configfiles"] or [BASE.as_posix()], len(names))


def _extract(archive: Path, folder: Path) -> dict:
    """Write the members below `folder` and return the manifest, with all of it checked."""
    with tarfile.open(archive, "r:gz") as tar:
        first = tar.next()
        if first is None or first.name != MANIFEST or not first.isreg():
            raise DataError(f"{archive}: does not begin with {MANIFEST}; not an archive of a run")
        if first.size > _LARGEST_MANIFEST:
            raise DataError(f"{archive}: its {MANIFEST} has {first.size} bytes")
        manifest = _manifest(archive, _content(tar, first).read())
        left = dict(manifest["files"])
        needed, free = sum(about["size"] for about in left.values()), shutil.disk_usage(folder).free
        if needed > free:
            raise DataError(f"{archive}: unpacks to {needed} bytes; {free} are free")
        while (member := tar.next()) is not None:
            about = left.pop(member.name, None)
            if about is None or not member.isreg():
                kind = "a file" if member.isreg() else "no plain file"
                raise DataError(
                    f"{archive}: {shown(member.name)} is {kind}; "
                    f"allowed: the files that its {MANIFEST} lists, each once"
                )
            path = folder / member.name
            path.parent.mkdir(parents=True, exist_ok=True)
            if (member.size, _copied(_content(tar, member), path)) != (
                about["size"],
                about["sha256"],
            ):
                raise DataError(f"{archive}: {member.name} is not what {MANIFEST} says, by sha256")
        for name in left:
            raise DataError(f"{archive}: lacks {name} and {len(left) - 1} more; it may be cut off")
    return manifest


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    """What a plain file in the archive holds."""
    stream = tar.extractfile(member)
    assert stream is not None
    return stream


def _copied(stream: IO[bytes], path: Path) -> str:
    """Write the stream to `path`; its sha256."""
    digest = hashlib.sha256()
    with path.open("wb") as handle:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            handle.write(chunk)
    return digest.hexdigest()


def _manifest(archive: Path, content: bytes) -> dict:
    """The manifest, every path in it checked: one that is none of its run's files is refused."""
    try:
        manifest = json.loads(content)
        jsonschema.validate(manifest, _SCHEMA)
    except (ValueError, RecursionError, jsonschema.ValidationError) as error:
        reason = getattr(error, "message", str(error))
        raise DataError(f"{archive}: its {MANIFEST} is none ({shown(reason)})") from error
    own = {name for name in manifest["files"] if _is_output(name, manifest["run"])}
    for name in manifest["files"].keys() - {CRATE} | set(manifest["configfiles"]):
        if name not in own and not _is_configuration(name) and not _is_record(name, own):
            raise DataError(f"{archive}: holds {shown(name)}, which is no file of a run")
    return manifest


def _is_plain(name: str) -> bool:
    return bool(_NAME.fullmatch(name)) and not {".", ".."} & set(name.split("/"))


def _is_output(name: str, run: str) -> bool:
    return _is_plain(name) and name.startswith((f"results/{run}/", f"figures/{run}/"))


def _is_configuration(name: str) -> bool:
    return _is_plain(name) and name.startswith("config/") and name.endswith((".yaml", ".yml"))


def _is_record(name: str, own: set[str]) -> bool:
    return _is_plain(name) and metadata.described(name) in own


def _check_code(archive: Path, manifest: Mapping, cells: Iterable[Found]) -> None:
    other = [step for step in STEPS if manifest["code"].get(step) != code.digest(step)]
    other += [cell.cell.folder for cell in cells if not _is_of_this_code(cell.record)]
    if other:
        named = ", ".join(other[:3]) + (f" and {len(other) - 3} more" if other[3:] else "")
        commit = manifest["commit"]
        where = f"; check out its commit: git checkout {commit}" if commit else ""
        raise DataError(
            f"{archive}: was made by other code than this project's ({named}), which "
            f"would train its cells again{where}"
        )


def _is_of_this_code(record: Mapping) -> bool:
    try:
        return record.get("code") == code.digest_for("cell", record["parameters"])
    except ConfigError:
        # It names a defense or a model that is not here.
        return False


def _decides(name: str) -> bool:
    """Whether a file is a number's source; all others can be made again from these."""
    parts = name.split("/")
    return parts[0] == "config" or (parts[0] == "results" and parts[2] in _SOURCES)


def _other_data(folder: Path, run: str, project: Path) -> list[str]:
    """Data that are there and are not what the unpacked cells were made from."""
    recorded = {}
    for found in find(folder, run):
        recorded |= found.data
    return [
        f"{name}: is not what the archive's cells were made from ({digest[:12]}…)"
        for name, digest in recorded.items()
        if (project / name).is_file() and file_digest(project / name) != digest
    ]
