"""Knowing a file by its digests: sha256 wherever it is published, else md5."""

import hashlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Digests:
    """The published digests of one file, lower-case hexadecimal; at least one is given."""

    sha256: str | None = None
    md5: str | None = None

    @property
    def strongest(self) -> str:
        """The digest that decides, as `algorithm:hex`."""
        return f"sha256:{self.sha256}" if self.sha256 else f"md5:{self.md5}"

    def mismatch(self, path: Path) -> str | None:
        """None if the file at `path` is the published one, else what was expected and found."""
        algorithm, expected = self.strongest.split(":")
        with path.open("rb") as handle:
            found = hashlib.file_digest(handle, algorithm).hexdigest()
        if found == expected:
            return None
        return f"expected {algorithm} {expected}, found {found}"
