"""What a result was made from: digests of code and data, versions."""

import hashlib
import importlib.metadata
import platform
from collections.abc import Iterable
from pathlib import Path

_WORKFLOW = Path(__file__).parents[2]


def _library(*parts: str) -> tuple[str, ...]:
    return tuple(f"edgecase/{part}" for part in parts)


#: which part of the library, and which scripts, decide the numbers of which step.
CODE = {
    "prepare": _library("datasets", "base/randomness.py"),
    "partition": _library(
        "population/partition.py",
        "base/parameters.py",
        "base/randomness.py",
        "datasets/__init__.py",
    ),
    "poison": _library(
        "population/poison", "base/parameters.py", "base/randomness.py", "datasets/__init__.py"
    ),
    "simulate": (
        *_library("attacks", "defenses", "federation", "models", "base/randomness.py"),
        *_library(
            "base/tensor_randomness.py",
            "federation/transforms.py",
            "results/rounds.py",
            "datasets/__init__.py",
        ),
        *("scripts/cell.py", "scripts/pretrain.py"),
    ),
    "densities": (
        *_library(
            "densities", "densities/features.py", "federation", "models", "base/randomness.py"
        ),
        *_library("base/tensor_randomness.py", "federation/transforms.py", "datasets/__init__.py"),
        "scripts/densities.py",
    ),
    "report": _library(
        *(
            "report",
            "claims/table.py",
            "densities/__init__.py",
            "analysis/measures.py",
            "results/rounds.py",
        ),
        *("results/tables.py", "datasets/__init__.py", "datasets/sources.py"),
        # Not Python, so the folder does not bring them.
        *(f"report/templates/{name}.html" for name in ("front", "page", "provenance", "table")),
        *("report/templates/page.css", "report/templates/sort.js"),
    ),
    "verdict": (
        *_library(
            "verdict",
            "claims",
            "figures",
            "results/rounds.py",
            "results/tables.py",
            "analysis/curves.py",
        ),
        *_library("analysis/summary.py", "analysis/measures.py", "analysis/fairness.py"),
        "scripts/verdict.py",
    ),
    "judge": _library("claims", "densities/__init__.py", "results/cells.py", "results/rounds.py"),
    "draw": _library(
        *(
            "figures",
            "results/rounds.py",
            "results/tables.py",
            "analysis/curves.py",
            "analysis/summary.py",
            "analysis/fairness.py",
        ),
        *("analysis/ablation.py", "densities", "analysis/measures.py"),
        *("analysis/hyperparameters.py", "analysis/reported.py"),
    ),
}

_PACKAGES = ("torch", "numpy", "pandas", "safetensors", "snakemake")


def code_digest(step: str) -> str:
    """Digest of the content of the source files behind `step`, a key of `CODE`."""
    digest = hashlib.sha256()
    for part in CODE[step]:
        path = _WORKFLOW / part
        for source in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            digest.update(source.relative_to(_WORKFLOW).as_posix().encode())
            digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


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
