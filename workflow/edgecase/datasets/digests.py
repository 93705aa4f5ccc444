"""Know a file by its digests: sha256 wherever it is published, else md5 or a git blob id."""

import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Digests:
    """The published digests of one file, lower-case hexadecimal; at least one is given.

    Of a file whose name ends in the first digits of its sha256, as those of torch's hub do,
    `sha256_start` are these digits. Digests are `unconfirmed` where nobody has compared them with
    the file itself yet: another content is then taken, with a warning.
    """

    sha256: str | None = None
    md5: str | None = None
    git_blob: str | None = None
    sha256_start: str | None = None
    unconfirmed: bool = False

    @property
    def strongest(self) -> str:
        """The digest that decides, as `algorithm:hex`."""
        if self.sha256:
            return f"sha256:{self.sha256}"
        if self.md5:
            return f"md5:{self.md5}"
        return f"git-blob:{self.git_blob}" if self.git_blob else f"sha256-start:{self.sha256_start}"

    def mismatch(self, path: Path) -> str | None:
        """None if the file at `path` is taken for the published one, else what was expected and
        found (`judge`)."""
        algorithm, _ = self.strongest.split(":")
        if algorithm == "git-blob":
            found = _git_blob(path)
        else:
            found = _digest(path, algorithm.removesuffix("-start"))
        return self.judge(path, found)

    def judge(self, path: Path, found: str) -> str | None:
        """None if the digest `found` of `path`, of the strongest kind, is the published one, else
        both. If they are unconfirmed, a warning says so instead."""
        algorithm, expected = self.strongest.split(":")
        if found == expected or (algorithm == "sha256-start" and found.startswith(expected)):
            return None
        problem = f"expected {algorithm} {expected}, found {found}"
        if not self.unconfirmed:
            return problem
        print(
            f"warning: {path}: {problem}; the expected digest was never compared with the file, so "
            "this content is taken. If it is the published one, state its digest in "
            "config/sources.yaml",
            file=sys.stderr,
        )
        return None


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
