"""The entities of an RO-Crate, added one by one and referred to by their ids."""

import json
import mimetypes
from pathlib import Path
from typing import Any

#: how an entity is referred to.
Reference = dict[str, str]

#: RO-Crate 1.1 has no word for a digest.
_TERMS = {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"}
#: endings that Python does not know on every machine.
_KINDS = {
    **dict.fromkeys((".yaml", ".yml"), "application/yaml"),
    **{".md": "text/markdown", ".log": "text/plain", ".svg": "image/svg+xml"},
    **{".gz": "application/gzip", ".npz": "application/zip"},
}


class Graph:
    """A crate that is written elsewhere: its entities alone, without files."""

    def __init__(self) -> None:
        # It loads a client of HTTP, which nothing else here needs.
        from rocrate.rocrate import ROCrate

        self._crate = ROCrate(version="1.1")
        self._crate.metadata.extra_terms = _TERMS
        # Its default is the time of this call.
        del self._crate.root_dataset["datePublished"]

    def add(self, name: str, kind: str, /, **properties: Any) -> Reference:
        """An entity that is no file; properties that are empty are left out."""
        from rocrate.model import ContextEntity

        told = {"@type": kind, **_told(properties)}
        return {"@id": self._crate.add(ContextEntity(self._crate, name, told)).id}

    def add_file(self, name: str, /, **properties: Any) -> Reference:
        """A file by its path in the crate."""
        ending = Path(name).suffix
        kind = _KINDS.get(ending) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        told = {"name": name, "encodingFormat": kind, **_told(properties)}
        return {"@id": self._crate.add_file(dest_path=name, properties=told).id}

    def set_root(self, **properties: Any) -> None:
        """What is said of the crate as a whole."""
        for key, value in _told(properties).items():
            self._crate.root_dataset[key] = value

    def written(self) -> bytes:
        """The file `ro-crate-metadata.json`; equal entities in equal order give equal bytes."""
        content = self._crate.metadata.generate()
        return (json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _told(properties: dict[str, Any]) -> dict[str, Any]:
    """Without what is empty; a list of one value as this value, as RO-Crate writes it."""
    values = {key: value for key, value in properties.items() if value not in (None, "", [])}
    return {
        key: value[0] if isinstance(value, list) and len(value) == 1 else value
        for key, value in values.items()
    }
