"""Know a file by its digests: sha256 wherever it is published, else md5 or a git blob id."""

import hashlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Digests:
    """The published digests of one file, lower-case hexadecimal; at least one is given."""

    sha256: str | None = None
    md5: str | None = None
    git_blob: str | None = None

    @property
    def strongest(self) -> str:
        """The digest that decides, as `algorithm:hex`."""
        if self.sha256:
            return f"sha256:{self.sha256}"
        return f"md5:{self.md5}" if self.md5 else f"git-blob:{self.git_blob}"

    def mismatch(self, path: Path) -> str | None:
        """None if the file at `path` is the published one, else what was expected and found."""
        algorithm, expected = self.strongest.split(":")
        found = _git_blob(path) if algorithm == "git-blob" else _digest(path, algorithm)
        if found == expected:
            return None
        return f"expected {algorithm} {expected}, found {found}"


def _digest(path: Path, algorithm: str) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, algorithm).hexdigest()


def _git_blob(path: Path) -> str:
    """The id git gives a file's content: sha1 of "blob <size>", a zero byte and the content."""
    digest = hashlib.sha1(b"blob %d\0" % path.stat().st_size)
    with path.open("rb") as handle:
        while chunk := handle.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
