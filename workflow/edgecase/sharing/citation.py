"""Read how this software is cited, from its `CITATION.cff`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgecase.base.documents import read_yaml
from edgecase.base.errors import ConfigError, shown

_TEXTS = ("title", "abstract", "version", "license")


@dataclass(frozen=True)
class Citation:
    """Authors are (`Person` or `Organization`, name); `paper` is what schema.org says of one."""

    title: str
    abstract: str
    version: str
    licence: str
    authors: tuple[tuple[str, str], ...]
    keywords: tuple[str, ...]
    repository: str | None
    paper: Mapping[str, str]


def read_citation(path: str | Path) -> Citation:
    """What `CITATION.cff` says; `ConfigError`, naming the key, if it lacks what is needed."""
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise ConfigError(f"{path}: holds {shown(content)}; expected keys")
    for key in _TEXTS:
        if not isinstance(content.get(key), str):
            raise ConfigError(f"{path}: {key} is {shown(content.get(key))}; expected text")
    return Citation(
        title=content["title"],
        abstract=" ".join(content["abstract"].split()),
        version=content["version"],
        licence=content["license"],
        authors=tuple(_author(entry) for entry in _entries(path, content, "authors")),
        keywords=tuple(map(str, content.get("keywords", ()))),
        repository=content.get("repository-code"),
        paper=_paper(path, content.get("preferred-citation", {})),
    )


def _entries(path: str | Path, content: Mapping[str, Any], key: str) -> list[dict]:
    entries = content.get(key, [])
    if not (isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries)):
        raise ConfigError(f"{path}: {key} is {shown(entries)}; expected a list of authors")
    return entries


def _author(entry: Mapping[str, Any]) -> tuple[str, str]:
    names = [entry.get("given-names"), entry.get("family-names")]
    person = " ".join(str(name) for name in names if name)
    return ("Person", person) if person else ("Organization", str(entry.get("name", "unnamed")))


def _paper(path: str | Path, entry: Mapping[str, Any]) -> dict[str, str]:
    found = {
        "name": entry.get("title"),
        "author": ", ".join(name for _, name in map(_author, _entries(path, entry, "authors"))),
        "datePublished": str(entry.get("year") or ""),
        "identifier": ", ".join(str(known["value"]) for known in entry.get("identifiers", ())),
    }
    return {key: value for key, value in found.items() if value}
