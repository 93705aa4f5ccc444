"""Record what a result was made from: digests of its data, versions of its libraries."""

import hashlib
import importlib.metadata
import platform
from collections.abc import Iterable
from pathlib import Path

_PACKAGES = ("torch", "numpy", "pandas", "safetensors", "snakemake")


def file_digest(path: str | Path) -> str:
    """sha256 of a file, in hexadecimal."""
    with Path(path).open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def file_digests(paths: Iterable[str | Path]) -> dict[str, str]:
    """Path as given → sha256 of the file."""
    return {str(path): file_digest(path) for path in paths}


def in_project(path: str) -> str:
    """The path below the project of a file that Snakemake copied from a storage; others as given.

    Such a copy, in `.snakemake/storage`, has the file's own path at its end.
    """
    parts = Path(path).parts
    if parts[:2] != (".snakemake", "storage") or "results" not in parts:
        return path
    last = len(parts) - 1 - parts[::-1].index("results")
    return Path(*parts[last:]).as_posix()


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that decide the numbers."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found
