"""Read the downloads of `config/sources.yaml`, checked as a whole before anything is fetched."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import yaml

from edgecase.base.documents import read_yaml
from edgecase.base.errors import ConfigError
from edgecase.datasets.digests import Digests

_SCHEMA = Path(__file__).parents[3] / "config" / "schemas" / "sources.schema.yaml"


@dataclass(frozen=True)
class Member:
    """A file that is kept. Where `size` is None, only the upper bound `max_size` is published."""

    name: str
    digests: Digests
    max_size: int
    size: int | None = None


@dataclass(frozen=True)
class SourceFile:
    """A file to fetch. A plain file is its own only member; an archive has several."""

    name: str
    urls: tuple[str, ...]
    members: tuple[Member, ...]
    size: int | None = None
    digests: Digests | None = None

    @property
    def is_archive(self) -> bool:
        return [member.name for member in self.members] != [self.name]


@dataclass(frozen=True)
class Source:
    """Everything one data set is made from; what is `by_hand` no program can download."""

    name: str
    title: str
    homepage: str
    licence: str
    cite: str
    files: tuple[SourceFile, ...]
    by_hand: tuple[str, ...] = ()

    @property
    def members(self) -> tuple[Member, ...]:
        return tuple(member for file in self.files for member in file.members)


def load_sources(path: str | Path) -> dict[str, Source]:
    """Read and check `sources.yaml`. Raises `ConfigError` with every problem found."""
    content = read_yaml(path)
    schema = yaml.safe_load(_SCHEMA.read_text(encoding="utf-8"))
    errors = jsonschema.Draft202012Validator(schema).iter_errors(content)
    problems = [
        f"{path}: {error.json_path.removeprefix('$').lstrip('.') or 'top level'}: {error.message}"
        for error in sorted(errors, key=lambda error: error.json_path)
    ]
    if problems:
        raise ConfigError(problems)
    sources = {name: _source(name, entry) for name, entry in content.items()}
    for source in sources.values():
        counts = Counter(member.name for member in source.members)
        problems += [
            f"{path}: {source.name}: two files are named {name}"
            for name, count in counts.items()
            if count > 1
        ]
    if problems:
        raise ConfigError(problems)
    return sources


def _source(name: str, entry: Mapping) -> Source:
    others = {key: value for key, value in entry.items() if key not in ("files", "by_hand")}
    return Source(
        name,
        files=tuple(_file(item) for item in entry.get("files", [])),
        by_hand=tuple(entry.get("by_hand", [])),
        **others,
    )


def _file(entry: Mapping) -> SourceFile:
    digests = _digests(entry)
    return SourceFile(
        name=entry["name"],
        urls=tuple(entry["urls"]),
        members=tuple(_member(item) for item in entry.get("members", [entry])),
        size=entry.get("size"),
        digests=digests if digests != Digests() else None,
    )


def _digests(entry: Mapping) -> Digests:
    listed = (entry.get(name) for name in ("sha256", "md5", "git_blob", "sha256_start"))
    return Digests(*listed, unconfirmed=entry.get("unconfirmed", False))


def _member(entry: Mapping) -> Member:
    return Member(
        name=entry["name"],
        digests=_digests(entry),
        max_size=entry.get("size") or entry["max_size"],
        size=entry.get("size"),
    )
