"""Digests change with what decides the numbers, and with nothing else."""

import ast
import hashlib
import importlib.metadata
import os
import platform
from pathlib import Path

import pytest

from edgecase.results import provenance

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "workflow" / "edgecase"
SCRIPTS = ROOT / "workflow" / "scripts"


@pytest.fixture
def library(tmp_path, monkeypatch):
    """A library of two parts: a package and a module; another module belongs to no step."""
    (tmp_path / "defenses").mkdir()
    for name in ("defenses/__init__.py", "defenses/krum.py", "models.py", "tables.py"):
        (tmp_path / name).write_text(f"# {name}\n")
    monkeypatch.setattr(provenance, "_WORKFLOW", tmp_path)
    monkeypatch.setattr(provenance, "CODE", {"simulate": ("defenses", "models.py")})
    return tmp_path


def digest():
    return provenance.code_digest("simulate")


@pytest.mark.parametrize(
    "change",
    [
        lambda library: (library / "models.py").write_text("# models.py \n"),
        lambda library: (library / "defenses" / "krum.py").write_text(""),
        lambda library: (library / "defenses" / "rfa.py").write_text(""),
        lambda library: (library / "defenses" / "krum.py").unlink(),
        lambda library: (library / "defenses" / "krum.py").rename(library / "defenses" / "k.py"),
        lambda library: (
            (library / "defenses" / "deep").mkdir(),
            (library / "defenses" / "deep" / "a.py").write_text(""),
        ),
    ],
)
def test_code_digest_changes_with_the_code(library, change):
    before = digest()
    change(library)
    assert digest() != before


@pytest.mark.parametrize(
    "change",
    [
        lambda library: (library / "tables.py").write_text("other"),
        lambda library: (library / "defenses" / "README.md").write_text("notes"),
        lambda library: (library / "defenses" / "krum.cpython-311.pyc").write_bytes(b"\0"),
        lambda library: os.utime(library / "models.py", (0, 0)),
    ],
)
def test_code_digest_minds_nothing_else(library, change):
    before = digest()
    change(library)
    assert digest() == before


def test_code_digest_does_not_depend_on_where_the_library_is(library, tmp_path, monkeypatch):
    before = digest()
    elsewhere = tmp_path / "elsewhere"
    for path in list(library.rglob("*.py")):
        copy = elsewhere / path.relative_to(library)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    monkeypatch.setattr(provenance, "_WORKFLOW", elsewhere)
    assert digest() == before


def test_steps_have_digests_of_their_own():
    digests = [provenance.code_digest(step) for step in provenance.CODE]
    assert len(set(digests)) == len(digests)
    assert all(len(text) == 16 and int(text, 16) >= 0 for text in digests)


def imports(path):
    """The files of the library that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [f"{node.module}.{alias.name}" for alias in node.names] + [node.module]
        else:
            continue
        for name in names:
            if name.split(".")[0] == "edgecase":
                place = LIBRARY.joinpath(*name.split(".")[1:])
                found |= {place.with_suffix(".py"), place / "__init__.py"}
    return {file for file in found if file.exists()}


#: read files, check them, tell errors: a change of these, or of what they import for it, cannot
#: change a number
NO_NUMBERS = {
    *("command.py", "documents.py", "errors.py", "files.py", "handed.py", "progress.py"),
    *("provenance.py", "records.py", "staleness.py"),
}


def parts_behind(script):
    """Names in the library's folder of all that a script runs for its numbers, directly or not."""
    seen, left = set(), [SCRIPTS / f"{script}.py"]
    while left:
        new = imports(left.pop()) - seen
        seen |= new
        left += [path for path in new if path.name not in NO_NUMBERS]
    return {path.relative_to(LIBRARY).parts[0] for path in seen} - {"__init__.py"}


def parts_of(step):
    """What a step's digest covers, by the same names, and its scripts."""
    return {part.removeprefix("edgecase/") for part in provenance.CODE[step]}


@pytest.mark.parametrize(
    ("step", "script", "decided_elsewhere"),
    [
        ("prepare", "prepare", set()),
        ("partition", "partition", {"datasets"}),
        ("poison", "poison", {"datasets"}),
        # Their numbers reach a cell in files and parameters, which are inputs of its job.
        (
            "simulate",
            "cell",
            {"datasets", "partition.py", "poison", "parameters.py", "results.py"},
        ),
        ("simulate", "pretrain", {"datasets", "partition.py", "poison", "parameters.py"}),
        ("draw", "collect", set()),
        ("draw", "figure", set()),
        ("draw", "summary", set()),
        ("draw", "hyperparameters", set()),
        ("draw", "montage", {"datasets", "poison", "parameters.py"}),
    ],
)
def test_every_file_that_decides_a_number_is_in_its_steps_digest(step, script, decided_elsewhere):
    missing = parts_behind(script) - NO_NUMBERS - parts_of(step)
    assert missing <= decided_elsewhere


def test_every_part_exists():
    parts = {part for step in provenance.CODE.values() for part in step}
    assert {part for part in parts if not (ROOT / "workflow" / part).exists()} == set()


@pytest.mark.parametrize("script", ["cell", "pretrain"])
def test_a_script_that_trains_is_in_the_digest_of_what_it_makes(script):
    assert f"scripts/{script}.py" in provenance.CODE["simulate"]


#: sha256 of "abc", FIPS 180-2, appendix B.1
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_file_digest_is_sha256(tmp_path):
    path = tmp_path / "abc.npz"
    path.write_bytes(b"abc")
    assert provenance.file_digest(path) == provenance.file_digest(str(path)) == ABC


def test_file_digest_of_more_than_one_block(tmp_path):
    content = bytes(range(256)) * 5000
    path = tmp_path / "big.npz"
    path.write_bytes(content)
    assert provenance.file_digest(path) == hashlib.sha256(content).hexdigest()


def test_file_digests_keep_the_paths_as_given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.npz").write_bytes(b"abc")
    assert provenance.file_digests(["a.npz", tmp_path / "a.npz"]) == {
        "a.npz": ABC,
        str(tmp_path / "a.npz"): ABC,
    }


def test_versions(monkeypatch):
    monkeypatch.setattr(provenance, "_PACKAGES", ("torch", "numpy", "no-such-package"))
    assert provenance.versions() == {
        "python": platform.python_version(),
        "torch": importlib.metadata.version("torch"),
        "numpy": importlib.metadata.version("numpy"),
        "no-such-package": "not installed",
    }


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("results/data/a.npz", "results/data/a.npz"),
        ("/elsewhere/results/a.npz", "/elsewhere/results/a.npz"),
        (".snakemake/storage/fs/edgecase/results/data/a.npz", "results/data/a.npz"),
        (".snakemake/storage/fs/results/of-mine/results/r/b.npz", "results/r/b.npz"),
        (".snakemake/storage/fs/edgecase/a.npz", ".snakemake/storage/fs/edgecase/a.npz"),
    ],
)
def test_a_copy_of_a_stored_file_is_called_as_the_file(path, name):
    assert provenance.in_project(path) == name
